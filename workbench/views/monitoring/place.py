"""Which period and channel a tab looks at: in the address, so that F5 and a link show the same."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from bot_core.messages import utc_now
from workbench import session
from workbench.storage.activity.figures import Period
from workbench.storage.activity.rows import MEXICO_CITY

SPANS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}
CUSTOM = "custom"
DEFAULT = "day"
_SPAN = "periodo"
_CHANNEL = "canal"
_DAYS = "dias"
_EARLIEST = date(2020, 1, 1)
_STEP_SECONDS = 5
"""The end moves in steps, so that people who look at the same moment share one answer."""


def keep() -> None:
    session.keep_places(_SPAN, _CHANNEL, _DAYS)


def span() -> str:
    found = session.place(_SPAN)
    return found if found in (*SPANS, CUSTOM) else DEFAULT


def choose(span_name: str, channel_name: str, days: tuple[date, date] | None) -> None:
    session.go(_SPAN, None if span_name == DEFAULT else span_name)
    session.go(_CHANNEL, channel_name or None)
    session.go(_DAYS, f"{days[0]}/{days[1]}" if days else None)


def channel() -> str:
    return session.place(_CHANNEL) or ""


def days() -> tuple[date, date]:
    """First and last day of a period of one's own; the last seven days when none was chosen."""
    today = utc_now().astimezone(MEXICO_CITY).date()
    first, _, last = (session.place(_DAYS) or "").partition("/")
    try:
        chosen = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return today - timedelta(days=6), today
    return _looked_at(min(chosen), today), _looked_at(max(chosen), today)


def _looked_at(day: date, today: date) -> date:
    """No day after today, nor one from before there was a bot: an address may say any, and calendars end."""
    return min(max(day, _EARLIEST), today)


def period() -> Period:
    if span() == CUSTOM:
        first, last = days()
        return Period(_midnight(first), _midnight(last + timedelta(days=1)), channel())
    now = utc_now()
    end = now + timedelta(seconds=_STEP_SECONDS - now.timestamp() % _STEP_SECONDS)
    return Period(end - SPANS[span()], end, channel())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=MEXICO_CITY)
