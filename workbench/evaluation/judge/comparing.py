"""Two variants compared case by case: which conversation serves the customer better."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from bot_core.messages import Frozen
from workbench.evaluation.judge.judge import Judge, same_model_warnings
from workbench.evaluation.judge.preference import Preference, PreferenceSummary, Side, summarise
from workbench.evaluation.judge.record import JudgeIdentity, identity_of
from workbench.records import CaseResult, JudgeSpec, JudgeWarning

OnPreference = Callable[[], None]
_Key = tuple[str, int]


class CasePreference(Frozen):
    """Of one case and trial. `winner` is None where the judge failed (`problem`)."""

    case_id: str
    trial: int
    winner: Side | None
    flipped: bool = False
    reasons: tuple[str, ...] = ()
    problem: str = ""


class VariantPreferences(Frozen):
    """`a` and `b` are the variants' names. Cases whose replies are the same are ties that nobody was asked about."""

    judge: JudgeIdentity
    a: str
    b: str
    summary: PreferenceSummary
    cases: tuple[CasePreference, ...]
    same: int = 0
    left_out: int = 0
    """Cases that only one variant played to its end."""
    warnings: tuple[JudgeWarning, ...] = ()
    usd: float = 0.0


async def compare_variants(
    judge: Judge,
    spec: JudgeSpec,
    a: tuple[str, Iterable[CaseResult]],
    b: tuple[str, Iterable[CaseResult]],
    *,
    concurrency: int = 8,
    on_preference: OnPreference | None = None,
) -> VariantPreferences:
    """`a` and `b` are a variant's name and its results. Raises StaleCassette in a replay that lacks a call."""
    ours, theirs = _finished(a[1]), _finished(b[1])
    both = [key for key in ours if key in theirs]
    places = asyncio.Semaphore(concurrency)

    async def ask(key: _Key) -> Preference:
        if same_words(ours[key], theirs[key]):
            return Preference(Side.TIE)
        async with places:
            found = await judge.prefer(ours[key], theirs[key])
        if on_preference:
            on_preference()
        return found

    found = await asyncio.gather(*map(ask, both))
    return VariantPreferences(
        judge=identity_of(spec),
        a=a[0],
        b=b[0],
        summary=summarise([one for one in found if one.calls or one.winner is None]),
        cases=tuple(_case(key, one) for key, one in zip(both, found, strict=True)),
        same=sum(not one.calls and one.winner is Side.TIE for one in found),
        left_out=len(ours.keys() ^ theirs.keys()),
        warnings=same_model_warnings(spec, [*ours.values(), *theirs.values()]),
        usd=float(sum(call.cost_usd for one in found for call in one.calls)),
    )


def same_words(one: CaseResult, other: CaseResult) -> bool:
    """Nobody needs to be asked which of the two is better."""
    return _said(one) == _said(other)


def comparable(result: CaseResult) -> bool:
    """It was played to its end."""
    return result.error is None and bool(result.turns)


def _finished(results: Iterable[CaseResult]) -> dict[_Key, CaseResult]:
    return {(one.case_id, one.trial): one for one in results if comparable(one)}


def _said(result: CaseResult) -> tuple[str, ...]:
    return tuple(turn.reply.text for turn in result.turns)


def _case(key: _Key, found: Preference) -> CasePreference:
    return CasePreference(
        case_id=key[0],
        trial=key[1],
        winner=found.winner,
        flipped=found.flipped,
        reasons=found.reasons,
        problem=found.problem,
    )
