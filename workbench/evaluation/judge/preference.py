"""Two conversations compared. An answer that changes with the order is a tie, and how often it does is reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot_core.trace import ModelCall
from workbench.evaluation.judge.exhibit import Exhibit, exhibits
from workbench.evaluation.statistics.rates import rate_interval
from workbench.evaluation.statistics.significance import sign_test
from workbench.records import CaseResult

_LONGEST = 6_000
"""Characters of a conversation that are shown."""


class Side(StrEnum):
    A = "a"
    B = "b"
    TIE = "tie"

    @property
    def turned(self) -> Side:
        """The same answer when A and B have changed places."""
        return {Side.A: Side.B, Side.B: Side.A, Side.TIE: Side.TIE}[self]


@dataclass(frozen=True, slots=True)
class Preference:
    """`winner` is None when the judge failed, and `problem` says why. `flipped`: the two orders gave two answers."""

    winner: Side | None
    flipped: bool = False
    reasons: tuple[str, ...] = ()
    problem: str = ""
    calls: tuple[ModelCall, ...] = ()


def settled(forth: Side, back: Side, *, reasons: tuple[str, ...] = (), calls: tuple[ModelCall, ...] = ()) -> Preference:
    """`forth` and `back` are the answers in both orders, both said of A and B."""
    same = forth is back
    return Preference(forth if same else Side.TIE, not same, reasons, calls=calls)


@dataclass(frozen=True, slots=True)
class Share:
    """`share` with `low`-`high` at 95 % (Wilson), of `n`; None when n is 0."""

    count: int
    n: int
    share: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, count: int, n: int) -> Share:
        if n == 0:
            return cls(count, n, None, None, None)
        return cls(count, n, count / n, *rate_interval(count, n))


@dataclass(frozen=True, slots=True)
class PreferenceSummary:
    """`b_wins` is B's share of the decided comparisons; `p_value` the exact sign test that it is one half."""

    a: int
    b: int
    ties: int
    """Flips included."""
    unscored: int
    flips: Share
    b_wins: Share
    p_value: float


def summarise(preferences: Sequence[Preference]) -> PreferenceSummary:
    judged = [one for one in preferences if one.winner is not None]
    wins = {side: sum(one.winner is side for one in judged) for side in Side}
    decided = wins[Side.A] + wins[Side.B]
    return PreferenceSummary(
        a=wins[Side.A],
        b=wins[Side.B],
        ties=wins[Side.TIE],
        unscored=len(preferences) - len(judged),
        flips=Share.of(sum(one.flipped for one in judged), len(judged)),
        b_wins=Share.of(wins[Side.B], decided),
        p_value=sign_test(wins[Side.B], wins[Side.A]),
    )


def comparable(result: CaseResult) -> bool:
    """It was played to its end."""
    return result.error is None and bool(result.turns)


def same_words(one: CaseResult, other: CaseResult) -> bool:
    """Nobody needs to be asked which of the two is better."""
    return _said(one) == _said(other)


def as_text(result: CaseResult) -> str:
    """A conversation with its facts, as the judge reads it; the end is what a long one keeps."""
    text = "\n".join(map(turn_text, exhibits(result)))
    return text if len(text) <= _LONGEST else f"…{text[-_LONGEST:]}"


def turn_text(shown: Exhibit) -> str:
    return f"Cliente: {shown.customer}\nHechos: {shown.facts or '(ninguno)'}\nAsistente: {shown.reply}"


def _said(result: CaseResult) -> tuple[str, ...]:
    return tuple(turn.reply.text for turn in result.turns)
