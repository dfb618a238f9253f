"""A reply to be judged, with the conversation that it stands in: a stored one, or one of an experiment's run."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bot_core.errors import NotFound
from bot_core.sessions.state import ConversationState
from bot_core.store.records import ConversationLog
from bot_core.store.store import Store
from workbench.records import CaseResult, TurnRecord
from workbench.runner.experiments import ExperimentDesk
from workbench.runner.privacy import names_in, names_of, redacted_turns

_KEPT_SECONDS = 60.0
_RUN = re.compile(r"run:(?P<run>[\w-]+)/(?P<case>.+)/(?P<trial>\d+)")


@dataclass(frozen=True, slots=True)
class ReviewItem:
    tracking_id: str
    conversation_id: str
    """A stored conversation, or "run:<run_id>/<case_id>/<trial>"."""
    said: str
    """The customer's words, without personal data."""
    why: str = ""
    """Why it is here, when the sample alone does not say it: the checks that failed."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """`turns` up to the reply in question, which is the last one; `after` is what followed."""

    item: ReviewItem
    turns: tuple[TurnRecord, ...]
    after: tuple[TurnRecord, ...]
    title: str
    """What it is: the case's aim, or the channel."""
    case_id: str | None = None

    @property
    def turn(self) -> TurnRecord:
        return self.turns[-1]


@dataclass(frozen=True, slots=True)
class SaidConversation:
    """What a case is made of: the turns as they were said, up to the reply in question."""

    turns: tuple[ConversationLog, ...]
    names: tuple[str, ...]
    """The customer's, from the whole conversation."""


def run_conversation(run_id: str, result: CaseResult) -> str:
    return f"run:{run_id}/{result.case_id}/{result.trial}"


def is_of_run(conversation_id: str) -> bool:
    return _RUN.fullmatch(conversation_id) is not None


class ReplyReader:
    """Safe for many threads. Results of a run are kept for a while: they are asked for at every run of a page."""

    def __init__(self, store: Store, experiments: ExperimentDesk) -> None:
        self._store = store
        self._experiments = experiments
        self._kept: dict[str, tuple[float, list[CaseResult]]] = {}

    def results(self, run_id: str) -> list[CaseResult]:
        """Raises NotFound."""
        now = time.monotonic()
        at, known = self._kept.get(run_id, (now - _KEPT_SECONDS, None))
        if known is None or now - at >= _KEPT_SECONDS:
            known = self._experiments.results(run_id)
            fresh = {name: kept for name, kept in self._kept.items() if now - kept[0] < _KEPT_SECONDS}
            self._kept = fresh | {run_id: (now, known)}
        return known

    def read(self, item: ReviewItem) -> Reviewed:
        """Raises NotFound when the conversation, or that turn of it, is not there any more."""
        found = _RUN.fullmatch(item.conversation_id)
        if found:
            return self._of_run(item, found["run"], found["case"], int(found["trial"]))
        conversation = self._store.conversations.get(item.conversation_id)
        stored = self._store.conversations.turns(item.conversation_id)
        logged = redacted_turns(stored, names_of(conversation, stored))
        return _split(item, [turn_record(turn) for turn in logged], conversation.channel, None)

    def as_said(self, item: ReviewItem) -> SaidConversation:
        """With personal data, for what takes it out itself. Raises NotFound."""
        if is_of_run(item.conversation_id):
            return SaidConversation(_logged(self.read(item)), ())
        conversation = self._store.conversations.get(item.conversation_id)
        stored = self._store.conversations.turns(item.conversation_id)
        reply = next((turn.position for turn in stored if turn.tracking_id == item.tracking_id), None)
        if reply is None:
            raise _missing(item)
        names = (*names_of(conversation, stored), *names_in(stored))
        return SaidConversation(tuple(turn for turn in stored if turn.position <= reply), names)

    def _of_run(self, item: ReviewItem, run_id: str, case_id: str, trial: int) -> Reviewed:
        for result in self.results(run_id):
            if (result.case_id, result.trial) == (case_id, trial):
                return _split(item, result.turns, result.why, case_id)
        raise NotFound(f"run {run_id} holds no case {case_id}")


def turn_record(turn: ConversationLog) -> TurnRecord:
    """A stored turn as one that was played; the state after it is not kept with it."""
    state = ConversationState(conversation_id=turn.conversation_id)
    return TurnRecord(messages=turn.messages, reply=turn.reply, trace=turn.trace, state=state)


def _split(item: ReviewItem, turns: Sequence[TurnRecord], title: str, case_id: str | None) -> Reviewed:
    for number, turn in enumerate(turns, start=1):
        if turn.trace.tracking_id == item.tracking_id:
            return Reviewed(item, tuple(turns[:number]), tuple(turns[number:]), title, case_id)
    raise _missing(item)


def _missing(item: ReviewItem) -> NotFound:
    return NotFound(f"no turn {item.tracking_id} in {item.conversation_id}")


def _logged(reviewed: Reviewed) -> tuple[ConversationLog, ...]:
    """The turns up to the reply in question as the store logs them."""
    return tuple(
        ConversationLog(
            conversation_id=reviewed.item.conversation_id,
            position=position,
            messages=turn.messages,
            reply=turn.reply,
            trace=turn.trace,
        )
        for position, turn in enumerate(reviewed.turns, start=1)
    )
