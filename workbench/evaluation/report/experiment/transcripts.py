"""The conversations as compact JSON for the page's own script: flips first, then failures, up to a size."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from workbench.evaluation.findings.conversations import customer_said
from workbench.evaluation.findings.labels import label
from workbench.evaluation.findings.reasons import reason_said
from workbench.evaluation.findings.records import Comparison, Conversation, Findings, Flip, Key, Turn
from workbench.evaluation.statistics.sentences import metric_label
from workbench.records import Verdict

MAX_BYTES = 4_000_000
"""Of all transcripts together; what does not fit is listed without its texts."""


def all_keys(findings: Findings) -> list[Key]:
    """Every conversation of any variant, in the order of the first variant that holds it."""
    return list(dict.fromkeys(key for variant in findings.variants for key in variant.played_conversations))


def embedded(findings: Findings, keys: Sequence[Key], *, most: int | None = None) -> str:
    """JSON that may stand inside a script element, with at most `most` bytes of transcripts, MAX_BYTES if not given."""
    flipped = {flip.key for comparison in findings.comparisons for flip in comparison.flips}
    room = _Room(MAX_BYTES if most is None else most)
    rows: dict[Key, dict[str, Any]] = {}
    for key in sorted(keys, key=lambda key: _urgency(findings, key, flipped)):
        rows[key] = room.fit(_conversation(findings, key))
    data = {
        "variants": [variant.name for variant in findings.variants],
        "conversations": [rows[key] for key in keys],
        "flips": [_flips(findings, comparison, keys) for comparison in findings.comparisons],
        "labels": {
            "verdicts": {verdict.value: label("verdicts", verdict.value) for verdict in Verdict},
            "intents": _intent_labels(findings),
        },
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


class _Room:
    def __init__(self, size: int) -> None:
        self._left = size

    def fit(self, row: dict[str, Any]) -> dict[str, Any]:
        size = len(json.dumps(row, ensure_ascii=False).encode())
        if size > self._left:
            self._left = 0
            return row | {"sides": [side and side | {"turns": None} for side in row["sides"]]}
        self._left -= size
        return row


def _urgency(findings: Findings, key: Key, flipped: set[Key]) -> int:
    if key in flipped:
        return 0
    verdicts = {one.verdict for variant in findings.variants if (one := variant.played_conversations.get(key))}
    return 1 if verdicts - {Verdict.PASS, Verdict.UNSCORED} else 2


def _conversation(findings: Findings, key: Key) -> dict[str, Any]:
    sides = [variant.played_conversations.get(key) for variant in findings.variants]
    any_side = next(side for side in sides if side)
    return {
        "key": key,
        "why": any_side.why,
        "tags": [label("tags", tag) for tag in any_side.tags],
        "difficulty": label("difficulties", any_side.difficulty),
        "intents": sorted({name for side in sides if side for turn in side.turns for name in _intents(turn)}),
        "sides": [side and _side(side) for side in sides],
    }


def _side(side: Conversation) -> dict[str, Any]:
    return {
        "verdict": side.verdict.value,
        "wrong": [
            [metric_label(score.scorer), [reason_said(reason) for reason in score.reasons]]
            for score in side.scores
            if score.verdict in (Verdict.FAIL, Verdict.ERROR)
        ],
        "error": side.error,
        "turns": [_turn(turn) for turn in side.turns],
    }


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "customer": list(map(customer_said, turn.customer)),
        "bot": turn.bot,
        "buttons": list(turn.buttons),
        "understood": list(turn.understood_intents),
        "expected": None if turn.expected_intents is None else list(turn.expected_intents),
        "guardrails": list(turn.guardrails),
    }


def _intents(turn: Turn) -> Iterator[str]:
    yield from turn.expected_intents or ()
    yield from turn.understood_intents


def _flips(findings: Findings, comparison: Comparison, keys: Sequence[Key]) -> dict[str, Any]:
    names = [variant.name for variant in findings.variants]
    places = {key: place for place, key in enumerate(keys)}
    return {
        "a": names.index(comparison.baseline),
        "b": names.index(comparison.candidate),
        "rows": [_flip(flip, places[flip.key]) for flip in comparison.flips],
    }


def _flip(flip: Flip, place: int) -> dict[str, Any]:
    return {
        "at": place,
        "kind": flip.kind.value,
        "won": [metric_label(name) for name in flip.won_scorers],
        "lost": [metric_label(name) for name in flip.lost_scorers],
        "facts": [[row.turn, row.label, list(row.only_a), list(row.only_b)] for row in flip.facts],
        "marks": [flip.marks_a, flip.marks_b],
    }


def _intent_labels(findings: Findings) -> dict[str, str]:
    seen = {
        name
        for variant in findings.variants
        for one in variant.played_conversations.values()
        for turn in one.turns
        for name in _intents(turn)
    }
    return {name: label("intents", name) for name in sorted(seen)}
