"""What a scorer is, what it looks at, and how its checks become one verdict."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Protocol

from pydantic import TypeAdapter

from bot_core.facts.facts import CarDetailFacts, CarFact, CarSearchFacts, Facts, FinancingFacts, SalesFacts
from bot_core.financing.plan import FinancingRules
from bot_core.guardrails.guard import ReplyGuard
from bot_core.normalization import fold
from bot_core.sessions.state import PendingQuestion
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.dataset.expectations import Expectation
from workbench.evaluation.reference.cars import ReferenceCar
from workbench.records import Score, TurnRecord, Verdict

_FACTS: TypeAdapter[list[Facts]] = TypeAdapter(list[Facts])
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


@dataclass(frozen=True)
class PlayedTurn:
    """A turn with what was expected of it. `number` counts from 1."""

    number: int
    expect: Expectation
    record: TurnRecord

    @property
    def text(self) -> str:
        return self.record.reply.text

    @cached_property
    def folded(self) -> str:
        return fold(self.text)

    @cached_property
    def facts(self) -> tuple[Facts, ...]:
        return tuple(_FACTS.validate_python(self.record.trace.facts))

    @cached_property
    def amounts(self) -> frozenset[Decimal]:
        """Every number in the reply, whatever it means."""
        return frozenset(Decimal(number.replace(",", "")) for number in _NUMBER.findall(self.text))

    def holds(self, amount: Decimal) -> bool:
        """True when the reply says `amount` exactly or rounded half-up to a peso."""
        return amount in self.amounts or amount.quantize(Decimal(1), ROUND_HALF_UP) in self.amounts

    @cached_property
    def listed(self) -> tuple[CarFact, ...]:
        """The cars of this turn's list, in order: the numbers that "el segundo" counts."""
        for fact in self.facts:
            if isinstance(fact, CarSearchFacts) and fact.cars and fact.question is not PendingQuestion.WHICH_CAR:
                return fact.cars
            if isinstance(fact, FinancingFacts) and fact.limits and fact.cars:
                return fact.cars
        return ()

    @cached_property
    def shown(self) -> tuple[CarFact, ...]:
        """All cars of the turn's facts, each once, in order."""
        cars = (car for fact in self.facts for car in cars_of(fact))
        return tuple({car.stock_id: car for car in cars}.values())


@dataclass(frozen=True)
class Played:
    """A case played to its end."""

    case: Case
    turns: tuple[PlayedTurn, ...]

    @classmethod
    def of(cls, case: Case, records: Sequence[TurnRecord]) -> Played:
        pairs = zip(case.turns, records, strict=False)
        return cls(case, tuple(PlayedTurn(n, turn.expect, record) for n, (turn, record) in enumerate(pairs, start=1)))

    def before(self, turn: PlayedTurn) -> tuple[PlayedTurn, ...]:
        return self.turns[: turn.number - 1]

    def list_for(self, turn: PlayedTurn) -> tuple[CarFact, ...]:
        """The list that a position in `turn`'s expectation counts in: the last one shown before it."""
        return next((earlier.listed for earlier in reversed(self.before(turn)) if earlier.listed), ())


@dataclass(frozen=True)
class ScoringContext:
    """What all scorers share; built once for a catalogue and a release's rules."""

    cars: tuple[ReferenceCar, ...]
    rules: FinancingRules
    grounding: ReplyGuard
    """Every rule about content."""
    form: dict[str, ReplyGuard]
    """One rule each: "length", "formatting", "language"."""

    def car(self, stock_id: str) -> ReferenceCar | None:
        return next((car for car in self.cars if car.stock_id == stock_id), None)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `fault` is None when it is right."""

    turn: int
    fault: str | None = None


class Scorer(Protocol):
    def __call__(self, played: Played, context: ScoringContext, /) -> Iterable[Check]:
        """A check for each expectation that concerns this scorer; none when the case says nothing about it."""
        ...


def judge(name: str, scorer: Scorer, played: Played, context: ScoringContext) -> Score:
    """The scorer's checks as one score. A scorer that breaks gives `error`: its fault is not the bot's."""
    try:
        checks = list(scorer(played, context))
    except Exception as error:  # noqa: BLE001 - whatever breaks in one check must not lose the run
        return Score(scorer=name, verdict=Verdict.ERROR, reasons=(f"{type(error).__name__}: {error}",))
    faults = tuple(f"turn {check.turn}: {check.fault}" for check in checks if check.fault)
    if not checks:
        return Score(scorer=name, verdict=Verdict.UNSCORED)
    return Score(scorer=name, verdict=Verdict.FAIL if faults else Verdict.PASS, reasons=faults)


def cars_of(fact: Facts) -> Iterator[CarFact]:
    if isinstance(fact, CarSearchFacts | FinancingFacts):
        yield from fact.cars
    elif isinstance(fact, CarDetailFacts | SalesFacts) and fact.car:
        yield fact.car


def check(turn: PlayedTurn, right: bool, fault: str) -> Check:
    return Check(turn.number, None if right else fault)
