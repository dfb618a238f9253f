"""A played case as text."""

from __future__ import annotations

from collections.abc import Iterator

from bot_core.messages import InboundMessage
from workbench.records import CaseResult, Verdict


def transcript(result: CaseResult) -> str:
    """What was said, turn by turn, then what is wrong."""
    return "\n".join([*_said(result), *reasons(result)])


def reasons(result: CaseResult) -> list[str]:
    lines = [
        f"✗ {score.scorer}: {reason}"
        for score in result.scores
        if score.verdict in (Verdict.FAIL, Verdict.ERROR)
        for reason in score.reasons
    ]
    if result.error:
        lines.append(f"✗ {result.error.kind}: {result.error.message}")
    return lines


def _said(result: CaseResult) -> Iterator[str]:
    for turn in result.turns:
        yield from (_indented("customer", customer_text(message)) for message in turn.messages)
        yield _indented("bot", turn.reply.text)


def customer_text(message: InboundMessage) -> str:
    extras = [
        f"{name}: {value}"
        for name, value in (("profile name", message.profile_name), ("button", message.button_payload))
        if value
    ]
    kind = "" if message.kind.value in ("text", "button") else f"[{message.kind.value}] "
    suffix = f" ({', '.join(extras)})" if extras else ""
    return f"{kind}{message.text}{suffix}"


def _indented(speaker: str, text: str) -> str:
    return f"{speaker}: " + text.replace("\n", "\n" + " " * (len(speaker) + 2))
