"""Conversations that match, newest activity first, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot_core.normalization import fold
from workbench.storage.activity.index import ActivityIndex
from workbench.storage.activity.rows import MEXICO_CITY, LeadRow, OpinionRow, utc


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked of a conversation; None and "" ask nothing. Days are Mexico City's, both included."""

    words: str = ""
    """Each word must be in one turn or in the customer's name, in any case and with or without accents."""
    customer: str = ""
    """The beginning of the customer's key, or a part of their name."""
    channel: str = ""
    release: str = ""
    intent: str = ""
    first: date | None = None
    last: date | None = None
    opinion: str = ""
    """"up", "down", "any" or "none"."""
    lead: str = ""
    """A kind of lead, or "any"."""
    finding: bool = False
    """The guardrails have found something."""
    gap: str = ""
    """Something that the bot could not give, by its reason."""


@dataclass(frozen=True, slots=True)
class FoundConversation:
    conversation_id: str
    channel: str
    customer_key: str
    name: str
    release_id: str
    turns: int
    started_at: datetime
    last_at: datetime
    first_words: str
    last_words: str
    """The customer's, of the latest turn that matches."""
    last_match: str
    """tracking_id of that turn."""
    intents: tuple[str, ...]
    ups: int
    downs: int
    leads: int


@dataclass(frozen=True, slots=True)
class FoundPage:
    items: tuple[FoundConversation, ...]
    total: int


@dataclass(slots=True)
class _Conditions:
    """AND-ed conditions of one turn, with their values."""

    parts: list[str] = field(default_factory=lambda: ["TRUE"])
    values: dict[str, Any] = field(default_factory=dict)

    def add(self, condition: str, **values: Any) -> None:
        self.parts.append(condition)
        self.values |= values

    def __str__(self) -> str:
        return " AND ".join(self.parts)


_NAME = "strip_accents(lower(name))"
_SAID_OR_NAMED = f"(contains(folded, {{word}}) OR contains({_NAME}, {{word}}))"
_SHOWN = "contains(coalesce(shown, folded), {word})"
_OPINIONS = {
    "up": "tracking_id IN (SELECT tracking_id FROM opinions WHERE up)",
    "down": "tracking_id IN (SELECT tracking_id FROM opinions WHERE NOT up)",
    "any": "tracking_id IN (SELECT tracking_id FROM opinions)",
    "none": """conversation_id NOT IN (
        SELECT conversation_id FROM turns JOIN opinions ON opinions.tracking_id = turns.tracking_id)""",
}


def search(index: ActivityIndex, asked: Search, *, offset: int = 0, limit: int = 25, reveal: bool = True) -> FoundPage:
    """A page of the conversations with a turn that meets every condition. Without `reveal` neither names nor what is
    personal in the words finds anything."""
    where = _conditions(asked, reveal=reveal)
    # One pass over all turns without their texts; by the last activity of the whole conversation, which may be later
    # than the turn that matches.
    matched = f"""SELECT conversation_id, max(moment) AS last_at, max(moment) FILTER (hit) AS last_hit
        FROM (SELECT conversation_id, moment, ({where}) AS hit FROM turns)
        GROUP BY conversation_id HAVING last_hit IS NOT NULL"""  # noqa: S608
    page = f"""
    WITH page AS (
        SELECT *, count(*) OVER () AS total FROM ({matched})
        ORDER BY last_at DESC, conversation_id LIMIT $limit OFFSET $offset
    )
    SELECT page.conversation_id, any_value(channel), any_value(customer_key), arg_max(name, moment) FILTER (name != ''),
        arg_max(release_id, moment), count(*), min(moment), any_value(page.last_at), arg_min(said, moment),
        any_value(said) FILTER (moment = last_hit), any_value(tracking_id) FILTER (moment = last_hit),
        list_distinct(flatten(list(intents))), any_value(page.total)
    FROM page JOIN turns USING (conversation_id)
    GROUP BY page.conversation_id ORDER BY any_value(page.last_at) DESC, page.conversation_id"""  # noqa: S608
    rows = index.rows(page, {**where.values, "limit": limit, "offset": offset})
    marks = _marks(index, [row[0] for row in rows])
    items = tuple(_found(row, marks.get(row[0], (0, 0, 0))) for row in rows)
    if rows or not offset:
        return FoundPage(items, rows[0][12] if rows else 0)
    return FoundPage((), index.rows(f"SELECT count(*) FROM ({matched})", where.values)[0][0])  # noqa: S608


def opinions_of(index: ActivityIndex, conversation_id: str) -> tuple[OpinionRow, ...]:
    """Oldest turn first."""
    query = """SELECT tracking_id, source, up, opinions.moment FROM opinions JOIN turns USING (tracking_id)
        WHERE conversation_id = $id ORDER BY position, source"""
    rows = index.rows(query, {"id": conversation_id})
    return tuple(OpinionRow(tracking_id, source, up, at.replace(tzinfo=UTC)) for tracking_id, source, up, at in rows)


def leads_of(index: ActivityIndex, conversation_id: str) -> tuple[LeadRow, ...]:
    """Oldest first."""
    query = """SELECT reference, tracking_id, conversation_id, kind, moment FROM leads
        WHERE conversation_id = $id ORDER BY moment"""
    rows = index.rows(query, {"id": conversation_id})
    return tuple(
        LeadRow(reference, turn, talk, kind, at.replace(tzinfo=UTC)) for reference, turn, talk, kind, at in rows
    )


def _conditions(asked: Search, *, reveal: bool) -> _Conditions:
    where = _Conditions()
    _about_words(where, asked, reveal=reveal)
    for column, value in (("channel", asked.channel), ("release_id", asked.release)):
        if value:
            where.add(f"{column} = ${column}", **{column: value})
    for column, value in (("intents", asked.intent), ("gaps", asked.gap)):
        if value:
            where.add(f"list_contains({column}, ${column})", **{column: value})
    if asked.first:
        where.add("moment >= $first", first=_midnight(asked.first))
    if asked.last:
        where.add("moment < $last", last=_midnight(asked.last + timedelta(days=1)))
    if asked.finding:
        where.add("len(findings) > 0")
    _about_people(where, asked)
    return where


def _about_words(where: _Conditions, asked: Search, *, reveal: bool) -> None:
    """What was said, and by whom."""
    said = _SAID_OR_NAMED if reveal else _SHOWN
    for number, word in enumerate(fold(asked.words).split()):
        where.add(said.format(word=f"$word{number}"), **{f"word{number}": word})
    customer = asked.customer.strip()
    if customer and reveal:
        named = f"(starts_with(customer_key, $customer) OR contains({_NAME}, $named))"
        where.add(named, customer=customer, named=fold(customer))
    elif customer:
        where.add("starts_with(customer_key, $customer)", customer=customer)


def _about_people(where: _Conditions, asked: Search) -> None:
    """What somebody thought of it, and what it led to."""
    if asked.opinion:
        where.add(_OPINIONS[asked.opinion])
    if asked.lead == "any":
        where.add("conversation_id IN (SELECT conversation_id FROM leads)")
    elif asked.lead:
        where.add("conversation_id IN (SELECT conversation_id FROM leads WHERE kind = $lead)", lead=asked.lead)


def _midnight(day: date) -> datetime:
    return utc(datetime.combine(day, time.min, tzinfo=MEXICO_CITY))


def _marks(index: ActivityIndex, conversation_ids: list[str]) -> dict[str, tuple[int, int, int]]:
    """👍, 👎 and leads of each conversation."""
    if not conversation_ids:
        return {}
    query = """
    SELECT turns.conversation_id, count(*) FILTER (kind = 'up'), count(*) FILTER (kind = 'down'),
        count(*) FILTER (kind = 'lead')
    FROM (
        SELECT tracking_id, CASE WHEN up THEN 'up' ELSE 'down' END AS kind FROM opinions
        UNION ALL SELECT tracking_id, 'lead' FROM leads
    ) AS marks JOIN turns USING (tracking_id)
    WHERE list_contains($ids, turns.conversation_id) GROUP BY ALL"""
    return {row[0]: (row[1], row[2], row[3]) for row in index.rows(query, {"ids": conversation_ids})}


def _found(row: tuple[Any, ...], marks: tuple[int, int, int]) -> FoundConversation:
    return FoundConversation(
        conversation_id=row[0],
        channel=row[1],
        customer_key=row[2],
        name=row[3] or "",
        release_id=row[4],
        turns=row[5],
        started_at=row[6].replace(tzinfo=UTC),
        last_at=row[7].replace(tzinfo=UTC),
        first_words=row[8],
        last_words=row[9],
        last_match=row[10],
        intents=tuple(sorted(row[11] or ())),
        ups=marks[0],
        downs=marks[1],
        leads=marks[2],
    )
