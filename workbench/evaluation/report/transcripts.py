"""A played case as text."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.evaluation.findings.conversations import customer_text
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


def _indented(speaker: str, text: str) -> str:
    return f"{speaker}: " + text.replace("\n", "\n" + " " * (len(speaker) + 2))
