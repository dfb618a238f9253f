"""Which replies are looked at: a sample that the same seed gives again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from workbench.records import CaseResult, TurnRecord, Verdict
from workbench.runner.privacy import redacted
from workbench.runner.review.items import ReviewItem, run_conversation
from workbench.runner.turn_rows import said_by_customer
from workbench.storage.activity.index import ActivityIndex

_IN_TURN = re.compile(r"^turn (\d+)\b")
LOW_CONFIDENCE = 0.6
"""An intent that is less certain than this is worth a look."""


class Sampling(StrEnum):
    DOWN = "down"
    """👎 of a customer or tester."""
    FINDING = "finding"
    """The guardrails found something in the draft."""
    LOW_CONFIDENCE = "low_confidence"
    LOW_SCORE = "low_score"
    """In a run: a check or the judge says no. Of stored ones: another person rejected it, or gave 1 or 2."""
    SECOND = "second"
    """Already judged by somebody else: for agreement."""
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class Sample:
    sampling: Sampling = Sampling.DOWN
    run_id: str = ""
    """An experiment's run; "" for the stored conversations."""
    size: int = 20
    seed: int = 1


_CONDITIONS = {
    Sampling.DOWN: "tracking_id IN (SELECT tracking_id FROM opinions WHERE NOT up)",
    Sampling.FINDING: "len(findings) > 0",
    Sampling.LOW_CONFIDENCE: f"confidence < {LOW_CONFIDENCE}",
    Sampling.RANDOM: "TRUE",
}
_LISTED = "list_contains($ids, tracking_id)"


def stored_sample(index: ActivityIndex, sample: Sample, listed: Sequence[str] = ()) -> tuple[ReviewItem, ...]:
    """Of the stored conversations. `listed` are the turns to choose from, for samples by what people said."""
    condition = _CONDITIONS.get(sample.sampling, _LISTED)
    query = f"""SELECT tracking_id, conversation_id, said, name, findings FROM turns WHERE {condition}
        ORDER BY md5($seed || tracking_id) LIMIT $size"""  # noqa: S608
    values: dict[str, object] = {"seed": str(sample.seed), "size": sample.size}
    if condition == _LISTED:
        values["ids"] = list(listed)
    return tuple(
        ReviewItem(tracking_id, conversation_id, redacted(said, name), ", ".join(findings))
        for tracking_id, conversation_id, said, name, findings in index.rows(query, values)
    )


def run_sample(
    run_id: str, results: Sequence[CaseResult], sample: Sample, listed: Sequence[str] = (), downs: Sequence[str] = ()
) -> tuple[ReviewItem, ...]:
    """Of an experiment's run; `downs` are turns with a 👎."""
    chosen = {Sampling.SECOND: frozenset(listed), Sampling.DOWN: frozenset(downs)}.get(sample.sampling)
    found = [
        item
        for result in results
        for turn, why in _candidates(result, sample.sampling)
        for item in [ReviewItem(turn.trace.tracking_id, run_conversation(run_id, result), _said(turn), why)]
        if chosen is None or item.tracking_id in chosen
    ]
    return tuple(sorted(found, key=lambda item: _rank(sample.seed, item.tracking_id))[: sample.size])


def _candidates(result: CaseResult, sampling: Sampling) -> Iterator[tuple[TurnRecord, str]]:
    """Turns of one conversation, with the reasons."""
    if sampling is Sampling.LOW_SCORE:
        yield from _failed(result)
        return
    for turn in result.turns:
        rules = [finding.rule for outcome in turn.trace.guardrails for finding in outcome.findings]
        details = turn.trace.intention.intents if turn.trace.intention else []
        certain = min((detail.confidence for detail in details), default=1.0)
        if sampling is Sampling.FINDING and not rules:
            continue
        if sampling is Sampling.LOW_CONFIDENCE and certain >= LOW_CONFIDENCE:
            continue
        yield turn, ", ".join(dict.fromkeys(rules))


def _failed(result: CaseResult) -> Iterator[tuple[TurnRecord, str]]:
    """Each turn that a check says no to; the last one for a check of the whole conversation."""
    reasons: dict[int, list[str]] = {}
    for score in result.scores:
        if score.verdict is Verdict.FAIL:
            for reason in score.reasons or ("",):
                told = _IN_TURN.match(reason)
                number = min(int(told[1]), len(result.turns)) if told else len(result.turns)
                reasons.setdefault(max(number, 1), []).append(f"{score.scorer}: {reason}".rstrip(": "))
    for number, why in sorted(reasons.items()):
        if result.turns:
            yield result.turns[number - 1], "\n".join(why)


def _said(turn: TurnRecord) -> str:
    return redacted(said_by_customer(turn.messages))


def _rank(seed: int, tracking_id: str) -> str:
    """As the stored sample's md5: nothing secret."""
    return hashlib.md5(f"{seed}{tracking_id}".encode(), usedforsecurity=False).hexdigest()
