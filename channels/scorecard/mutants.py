"""The channel with one guarantee taken out, to see that the scorecard notices: `python -m channels.scorecard.mutants
unique-key worker`. A gate that stays green under its mutation measures nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any


def _without_lease() -> None:
    """Everybody's claim succeeds and every fence fits."""
    from channels.store.people import People

    @contextmanager
    def open_to_all(self: People, customer_id: str, fence: int) -> Any:
        del customer_id, fence
        with self._database.write() as connection:
            yield connection

    People.claim = lambda *_args, **_kwargs: 1  # type: ignore[method-assign]
    People.fenced = open_to_all  # type: ignore[method-assign]


def _without_unique_key() -> None:
    """The same MessageSid again is another message."""
    import uuid

    from channels.store.inbox import Inbox

    add = Inbox.add

    def always_new(self: Inbox, webhook: Any, reading: Any) -> Any:
        return add(self, webhook.model_copy(update={"message_sid": f"SM{uuid.uuid4().hex}"}), reading)

    Inbox.add = always_new  # type: ignore[method-assign]


def _without_presend_check() -> None:
    """What was written is sent, whatever the customer has said since."""
    from channels.outbound.sender import OutboxSender

    OutboxSender._objection = lambda *_args, **_kwargs: ""  # type: ignore[method-assign]


def _without_doubt() -> None:
    """What may have been sent is simply sent again."""
    from channels.outbound import sender
    from channels.outbound.errors import Failure

    failed = sender.OutboxSender._failed

    def again(self: Any, connection: Any, outgoing: Any, kind: Failure, code: str) -> None:
        failed(self, connection, outgoing, Failure.SAFE if kind is Failure.AMBIGUOUS else kind, code)

    sender.OutboxSender._failed = again  # type: ignore[method-assign]


def _without_signature() -> None:
    from channels.inbound.signature import SignatureCheck

    SignatureCheck.accepts = lambda *_args, **_kwargs: True  # type: ignore[method-assign]


MUTATIONS: dict[str, Callable[[], None]] = {
    "lease": _without_lease,
    "unique-key": _without_unique_key,
    "presend-check": _without_presend_check,
    "doubt": _without_doubt,
    "signature": _without_signature,
}


def main() -> None:
    mutation = sys.argv.pop(1)
    MUTATIONS[mutation]()
    from channels.cli import main as channels

    channels()


if __name__ == "__main__":
    main()
