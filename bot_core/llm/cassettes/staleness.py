"""Say what changed when a request is not in its cassette."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from bot_core.errors import StaleCassette
from bot_core.llm.cassettes.cassette import CaseKey, Cassette, HttpRequest, Interaction
from bot_core.llm.cassettes.context import Call
from bot_core.llm.cassettes.yaml_file import readable

_SHORT_HASH = 12


def stale_case(key: CaseKey) -> StaleCassette:
    """There is no cassette at all."""
    return StaleCassette(f"{key}: no cassette", key=str(key), command=key.record_command)


def stale_call(cassette: Cassette, request: HttpRequest, call: Call, unplayed: Sequence[Interaction]) -> StaleCassette:
    """`request` was never recorded, or more often asked than recorded."""
    key = cassette.header.key
    nearest = _nearest(cassette.interactions, unplayed, request, call)
    diff = _diff(nearest.request, request) if nearest else ""
    message = f"{key}: turn {call.turn}, {call.agent} ({call.purpose}): {_what_changed(cassette, call, nearest, diff)}"
    return StaleCassette(message, key=str(key), command=key.record_command, diff=diff, agent=call.agent)


def _what_changed(cassette: Cassette, call: Call, nearest: Interaction | None, diff: str) -> str:
    recorded = cassette.header.agents.get(f"{call.agent}/{call.purpose}")
    if recorded is None:
        return f"prompt {call.prompt} ({call.prompt_hash[:_SHORT_HASH]}) was not called when this was recorded"
    if (recorded.prompt, recorded.prompt_hash) != (call.prompt, call.prompt_hash):
        before = f"{recorded.prompt} ({recorded.prompt_hash[:_SHORT_HASH]})"
        return f"prompt changed from {before} to {call.prompt} ({call.prompt_hash[:_SHORT_HASH]})"
    same = f"prompt {call.prompt} ({call.prompt_hash[:_SHORT_HASH]}) is as recorded, "
    if nearest is not None and not diff:
        return same + "but the same request is made more often"
    return same + "but what is filled into it, or how the model is called, changed"


def _nearest(
    recorded: Sequence[Interaction], unplayed: Sequence[Interaction], request: HttpRequest, call: Call
) -> Interaction | None:
    """The recorded exchange that this one most likely was: the same request, else the same agent, purpose, turn."""

    def likeness(interaction: Interaction) -> tuple[bool, bool, bool, bool]:
        return (
            interaction.request == request,
            (interaction.agent, interaction.purpose) == (call.agent, call.purpose),
            interaction.turn == call.turn,
            interaction in unplayed,
        )

    return max(recorded, key=likeness, default=None)


def _diff(before: HttpRequest, now: HttpRequest) -> str:
    return "\n".join(
        difflib.unified_diff(
            readable(_plain(before)).splitlines(),
            readable(_plain(now)).splitlines(),
            "recorded",
            "now",
            lineterm="",
            n=2,
        )
    )


def _plain(request: HttpRequest) -> dict[str, Any]:
    return {"method": request.method, "host": request.host, "path": request.path, "body": _sorted(request.body)}


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value
