"""Figures as the screens write them, and text that Streamlit must not read as Markdown."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from workbench.texts.texts import text

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$&:])")
"""The colon too: `:word` is a directive, and Streamlit leaves out one that it does not know."""
_MEXICO = ZoneInfo("America/Mexico_City")
_SHORTCODE = re.compile(r":(?=[^\s:]+:)")
_NO_BREAK = "\u2060"
"""A word joiner: invisible, and it keeps `:name:` from becoming an emoji or an icon, which no escaping does."""

_ADDRESS = re.compile(r"(?<=[-.\w+])(?=@)|(?<=http)(?=s?\\://)|(?<=www)(?=\\\.)", re.IGNORECASE)
"""Where an escaped e-mail or web address comes apart."""
_NOTHING = ":small[]"
"""An empty piece of text. An address is made a link once the escapes are gone, so that no escape keeps it from that,
but never across two pieces. Unlike a character, it is not there when the text is copied."""


def plain(value: str) -> str:
    """`value` as one line that Markdown shows exactly as it is written: for labels made of people's or models' text."""
    line = " ".join(value.split())
    return _ADDRESS.sub(_NOTHING, _MARKDOWN.sub(r"\\\1", _SHORTCODE.sub(f":{_NO_BREAK}", line)))


def duration(value: float) -> str:
    """A forecast, no more exact than it is worth: `75` → `"1 min"`, `7500` → `"2 h 5 min"`."""
    minutes = round(value / 60)
    if value < 60:
        return f"{max(round(value), 1)} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def pesos(value: object) -> str:
    """MXN with thousands; cents only when there are any."""
    amount = Decimal(str(value))
    return f"${amount:,.0f}" if amount == amount.to_integral_value() else f"${amount:,.2f}"


def dollars(value: Decimal) -> str:
    """A cost in USD, or the words for none."""
    return f"US${value:.4f}" if value else text("trace.no_cost")


def shortened(value: str, limit: int) -> str:
    """At most `limit` characters of one line."""
    line = " ".join(value.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def day_and_time(at: datetime) -> str:
    """In Mexico City: `"24/11 18:05"`."""
    return at.astimezone(_MEXICO).strftime("%d/%m %H:%M")


def share(value: float) -> str:
    """`0.935` → `"94 %"`."""
    return f"{value * 100:.0f} %"
