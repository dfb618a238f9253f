"""How many cases of each kind the set holds, against what it must hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot_core.intents import Intent
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.dataset.loading import Dataset

MINIMUM_CASES = 300
SMOKE_CASES = 30
MINIMUM_RECORDED = 60


@dataclass(frozen=True, slots=True)
class CoverageRow:
    name: str
    count: int
    at_least: int
    at_most: int | None = None

    @property
    def reached(self) -> bool:
        return self.count >= self.at_least and (self.at_most is None or self.count <= self.at_most)


def coverage(dataset: Dataset) -> tuple[CoverageRow, ...]:
    """A row for the whole set, each intent, several intents in a turn, each group of tags and each kind of attack."""
    return tuple(_rows(dataset))


def _rows(dataset: Dataset) -> Iterator[CoverageRow]:
    goals, cases = dataset.tags.coverage, dataset.cases
    smoke = sum("smoke" in case.splits for case in cases)
    yield CoverageRow("cases", len(cases), MINIMUM_CASES)
    yield CoverageRow("split smoke", smoke, SMOKE_CASES, SMOKE_CASES)
    yield CoverageRow("split recorded", sum("recorded" in case.splits for case in cases), MINIMUM_RECORDED)
    for intent in Intent:
        count = sum(intent in _intents(case) for case in cases)
        yield CoverageRow(f"intent {intent}", count, goals.intent_at_least)
    yield CoverageRow("several intents in a message", sum(map(_several, cases)), goals.several_intents_at_least)
    for group in goals.groups:
        count = sum(not frozenset(group.tags).isdisjoint(case.tags) for case in cases)
        yield CoverageRow(group.name, count, group.at_least)
    for attack in dataset.tags.attacks:
        yield CoverageRow(f"attack {attack}", sum(attack in case.tags for case in cases), goals.attack_at_least)


def _intents(case: Case) -> frozenset[Intent]:
    return frozenset(intent for turn in case.turns for intent in turn.expect.intents or ())


def _several(case: Case) -> bool:
    return any(len(set(turn.expect.intents or ())) > 1 for turn in case.turns)
