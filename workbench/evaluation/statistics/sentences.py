"""The verdicts in words, for people who never saw a p-value. The texts are in sentences.yaml, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.evaluation.statistics.metrics import Unit
from workbench.evaluation.statistics.power import Plan
from workbench.evaluation.statistics.verdicts import Decision, Gap, MetricVerdict, smallest_relevant
from workbench.texts.texts import bilingual
from workbench.texts.times import split

TABLE = Path(__file__).with_name("sentences.yaml")
_DECIMALS = {Unit.SHARE: 1, Unit.TOKENS: 0, Unit.COUNT: 2}


@dataclass(frozen=True, slots=True)
class Told:
    """A metric's verdict, by the numbers that its sentence names."""

    metric: str
    unit: Unit
    a: float
    b: float
    difference: float
    low: float
    high: float
    adjusted_p: float
    decision: Decision
    gap: Gap | None
    conversations: int
    more_conversations: int | None
    more_usd: float | None
    more_for: float | None


def verdict_sentence(verdict: MetricVerdict, *, a: str, b: str) -> str:
    """One sentence or two: what is known of `b` against `a` in this metric, and what it would take to know more."""
    row = verdict.difference
    told = Told(
        metric=row.metric.name,
        unit=row.metric.unit,
        a=row.a,
        b=row.b,
        difference=row.difference,
        low=row.low,
        high=row.high,
        adjusted_p=verdict.adjusted_p,
        decision=verdict.decision,
        gap=verdict.gap,
        conversations=row.conversations,
        more_conversations=verdict.more_conversations,
        more_usd=verdict.more_usd,
        more_for=verdict.more_for,
    )
    return sentence(told, a=a, b=b)


def sentence(told: Told, *, a: str, b: str) -> str:
    """The same of a verdict that is kept as its numbers."""
    key = _too_few(told) if told.gap is Gap.TOO_FEW else told.gap or told.decision
    needed = {"aim": _aim(told), "more": forecast(told.more_conversations or 0), "cost": _cost(told.more_usd)}
    return _table()["verdict"][key].format_map(_numbers(told) | needed | {"a": a, "b": b, "p": _p(told.adjusted_p)})


def _too_few(told: Told) -> str:
    if told.conversations == 1:
        return "one_conversation"
    return "no_forecast" if told.more_conversations is None else Gap.TOO_FEW


def _aim(told: Told) -> str:
    """Which difference more conversations are for; "" without a forecast."""
    if told.more_for is None:
        return ""
    aim = "aim_seen" if told.more_for == abs(told.difference) else "aim_relevant"
    return _table()["verdict"][aim].format(wanted=amount(told.more_for, told.unit))


def metric_label(name: str) -> str:
    """The metric as the screen calls it; its own name when it has no label yet."""
    return _table()["metrics"].get(name, name)


def power_sentence(conversations: int, plan: Plan) -> str:
    """Before a run: the smallest difference of a pass rate that it can see, or that it can see none."""
    detectable = plan.detectable(conversations)
    if detectable is None:
        return _table()["power"]["none"].format(n=f"{conversations:,}", least=plan.least)
    text = _table()["power"]["before" if plan.trials > 1 else "before_one"]
    return text.format(n=f"{conversations:,}", trials=plan.trials, detectable=amount(detectable, Unit.SHARE))


def needed_sentence(difference: float, plan: Plan, *, usd_per_conversation: float = 0.0) -> str:
    """Before a run: how many conversations a difference (0.05 for five points) needs, and what they cost."""
    needed = plan.needed(difference)
    return _table()["power"]["needed"].format(
        wanted=amount(difference, Unit.SHARE), needed=forecast(needed), cost=_cost(needed * usd_per_conversation)
    )


def _numbers(row: Told) -> dict[str, str]:
    unit = row.unit
    return {
        "metric": metric_label(row.metric),
        "difference": amount(row.difference, unit, signed=True),
        "bounds": bounds(row.low, row.high, unit),
        "from": level(row.a, unit),
        "to": level(row.b, unit),
        "relevant": amount(smallest_relevant(unit, row.a), unit),
        "n": f"{row.conversations:,}",
    }


def level(value: float, unit: Unit) -> str:
    """A level as people read it: `"93.3 %"`, `"1.20 s"`, `"350 ms"`."""
    return f"{100 * value:.1f} %" if unit is Unit.SHARE else amount(value, unit)


def amount(value: float, unit: Unit, *, signed: bool = False) -> str:
    """A difference as people read it: `"+5.0 puntos"`, `"−310 ms"`."""
    return _written("units", value, unit, signed=signed)


def bounds(low: float, high: float, unit: Unit) -> str:
    """An interval of a difference as people read it: `"−8.8 a +8.8 puntos"`."""
    longer = max(abs(low), abs(high))
    ends = {
        "low": _written("bare", low, unit, signed=True, beside=longer),
        "high": _written("units", high, unit, signed=True, beside=longer),
    }
    return _table()["interval"]["bounds"].format_map(ends)


def _written(group: str, value: float, unit: Unit, *, signed: bool, beside: float = 0.0) -> str:
    sign = "−" if value < 0 else "+" if signed else ""
    if unit is Unit.SECONDS:
        digits, name = split(abs(value), beside=beside)
        written = f"{digits} {name}" if group == "units" else digits
        return written if digits == "0" else f"{sign}{written}"
    shown = 100 * value if unit is Unit.SHARE else value
    return _table()[group][unit].format(sign=sign, value=_digits(abs(shown), unit))


def _digits(value: float, unit: Unit) -> str:
    if unit is Unit.USD:
        return f"{value:,.2f}" if value >= 1 else f"{value:.4f}"
    return f"{value:,.{_DECIMALS[unit]}f}"


def _cost(usd: float | None) -> str:
    return _table()["verdict"]["cost"].format(usd=_digits(usd, Unit.USD)) if usd else ""


def forecast(value: int) -> str:
    """A number of conversations, rounded up to the two significant digits that a forecast is worth."""
    if value < 100:
        return str(value)
    magnitude = 10 ** (len(str(value)) - 2)
    return f"{-(-value // magnitude) * magnitude:,}"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def _table() -> Mapping[str, Mapping[str, str]]:
    return bilingual(TABLE)
