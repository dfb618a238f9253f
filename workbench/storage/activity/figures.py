"""Figures of a period: how much, how fast, how often something failed, what it cost, what people thought of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from workbench.storage.activity.index import ActivityIndex
from workbench.storage.activity.rows import utc

Grouping = Literal["agent", "intent", "model", "release"]
GROUPINGS: tuple[Grouping, ...] = ("agent", "intent", "model", "release")
Bucket = Literal["minute", "hour", "day"]


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` up to `end`, aware; `channel` "" for all."""

    start: datetime
    end: datetime
    channel: str = ""

    @property
    def bucket(self) -> Bucket:
        hours = (self.end - self.start).total_seconds() / 3600
        if hours <= 3:
            return "minute"
        return "hour" if hours <= 72 else "day"


@dataclass(frozen=True, slots=True)
class Totals:
    """Shares from 0 to 1 and times in seconds; None when there is nothing to take them from."""

    turns: int
    conversations: int
    customers: int
    p50: float | None
    p95: float | None
    model_p50: float | None
    model_p95: float | None
    overhead_p50: float | None
    """The turn without the time that models took."""
    overhead_p95: float | None
    failed: float | None
    """Share of turns in which a call to a model failed."""
    fallback: float | None
    findings: float | None
    """Share of turns in which the guardrails found something."""
    gaps: float | None
    """Share of turns in which something could not be given."""
    input_tokens: int
    output_tokens: int
    usd: float
    mood: float | None
    annoyed: float | None
    """Share of customers' messages with a mood below -0.3."""
    ups: int
    downs: int


@dataclass(frozen=True, slots=True)
class Point:
    """One bucket of time; `at` is Mexico City's clock without a zone."""

    at: datetime
    turns: int
    p50: float | None
    p95: float | None
    model_p50: float | None
    model_p95: float | None
    overhead_p95: float | None
    failed: float
    fallback: float
    usd: float
    mood: float | None
    ups: int
    downs: int


@dataclass(frozen=True, slots=True)
class Group:
    """Of one agent, intent, model or release. For an intent, calls are turns and times are whole turns."""

    name: str
    calls: int
    input_tokens: int
    output_tokens: int
    usd: float
    p50: float
    p95: float
    failed: float
    fallback: float


@dataclass(frozen=True, slots=True)
class Example:
    tracking_id: str
    conversation_id: str
    said: str
    detail: str
    name: str
    """The customer's, "" when it is not known: for who takes it out of the words."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Unanswered:
    reason: str
    turns: int
    examples: tuple[Example, ...]
    """The latest ones."""


_TIMES = """quantile_cont(seconds, [0.5, 0.95]), quantile_cont(model_seconds, [0.5, 0.95]),
    quantile_cont(seconds - model_seconds, [0.5, 0.95])"""
_IN_PERIOD = "moment >= $start AND moment < $end"
_OF_CHANNEL = f"{_IN_PERIOD} AND ($channel = '' OR channel = $channel)"
_ANNOYED = -0.3
_NO_TIMES = (None, None)


def totals(index: ActivityIndex, period: Period) -> Totals:
    query = f"""
    SELECT count(*), count(DISTINCT conversation_id), count(DISTINCT hash(channel, customer_key)), {_TIMES},
        avg(failed::INT), avg(fallback::INT), avg((len(findings) > 0)::INT), avg((len(gaps) > 0)::INT),
        coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0), coalesce(sum(usd), 0),
        avg(mood), avg((mood < {_ANNOYED})::INT)
    FROM turns WHERE {_OF_CHANNEL}"""  # noqa: S608
    row = index.rows(query, _values(period))[0]
    whole, model, rest = (times or _NO_TIMES for times in row[3:6])
    opinions = f"""
    SELECT count(*) FILTER (up), count(*) FILTER (NOT up) FROM opinions
    WHERE {_IN_PERIOD} AND tracking_id IN (SELECT tracking_id FROM turns WHERE $channel = '' OR channel = $channel)"""  # noqa: S608
    return Totals(*row[:3], *whole, *model, *rest, *row[6:], *index.rows(opinions, _values(period))[0])


def series(index: ActivityIndex, period: Period) -> tuple[Point, ...]:
    """Oldest first; buckets without a turn are left out."""
    query = f"""
    WITH thumbs AS (
        SELECT tracking_id, count(*) FILTER (up) AS ups, count(*) FILTER (NOT up) AS downs
        FROM opinions GROUP BY tracking_id
    )
    SELECT date_trunc('{period.bucket}', wall) AS bucket, count(*), {_TIMES}, avg(failed::INT), avg(fallback::INT),
        sum(usd), avg(mood), coalesce(sum(ups), 0), coalesce(sum(downs), 0)
    FROM turns LEFT JOIN thumbs USING (tracking_id)
    WHERE {_OF_CHANNEL} GROUP BY bucket ORDER BY bucket"""  # noqa: S608
    return tuple(
        Point(*row[:2], *row[2], *row[3], *row[4][1:], *row[5:])  # the three pairs are p50 and p95
        for row in index.rows(query, _values(period))
    )


def groups(index: ActivityIndex, period: Period, by: Grouping) -> tuple[Group, ...]:
    """The dearest first, then the most used."""
    source, name, failed = _SOURCES[by]
    query = f"""
    SELECT {name}, count(*) AS calls, sum(input_tokens), sum(output_tokens), sum(usd) AS usd,
        quantile_cont(seconds, [0.5, 0.95]), avg(({failed})::INT), avg(fallback::INT)
    FROM {source} WHERE {_OF_CHANNEL} GROUP BY 1 ORDER BY usd DESC, calls DESC, 1"""  # noqa: S608
    return tuple(Group(*row[:5], *row[5], *row[6:]) for row in index.rows(query, _values(period)))


_WITH_INTENT = """(SELECT unnest(list_distinct(intents)) AS intent, channel, moment, input_tokens, output_tokens, usd,
    seconds, failed, fallback FROM turns)"""
_SOURCES: dict[Grouping, tuple[str, str, str]] = {
    "agent": ("calls", "agent", "failed_attempts > 0"),
    "model": ("calls", "model", "failed_attempts > 0"),
    "release": ("turns", "release_id", "failed"),
    "intent": (_WITH_INTENT, "intent", "failed"),
}


def unanswered(index: ActivityIndex, period: Period, *, examples: int = 5) -> tuple[Unanswered, ...]:
    """What could not be given, the most frequent first, with the latest examples."""
    query = f"""
    WITH found AS (
        SELECT reason, tracking_id, min(detail) AS detail, any_value(moment) AS moment FROM gaps
        WHERE {_OF_CHANNEL} GROUP BY reason, tracking_id
    ), latest AS (
        SELECT *, count(*) OVER (PARTITION BY reason) AS turns FROM found
        QUALIFY row_number() OVER (PARTITION BY reason ORDER BY moment DESC, tracking_id) <= {examples}
    )
    SELECT reason, latest.turns, tracking_id, conversation_id, said, detail, name, latest.moment
    FROM latest JOIN turns USING (tracking_id) ORDER BY latest.turns DESC, reason, latest.moment DESC"""  # noqa: S608
    found: dict[str, tuple[int, list[Example]]] = {}
    for reason, turns, tracking_id, conversation_id, said, detail, name, at in index.rows(query, _values(period)):
        example = Example(tracking_id, conversation_id, said, detail, name, at.replace(tzinfo=UTC))
        found.setdefault(reason, (turns, []))[1].append(example)
    return tuple(Unanswered(reason, turns, tuple(some)) for reason, (turns, some) in found.items())


def choices(index: ActivityIndex, column: Literal["channel", "release_id"]) -> Sequence[str]:
    """Values that there are, for a filter."""
    return [row[0] for row in index.rows(f"SELECT DISTINCT {column} FROM turns ORDER BY 1")]  # noqa: S608


def _values(period: Period) -> dict[str, Any]:
    return {"start": utc(period.start), "end": utc(period.end), "channel": period.channel}
