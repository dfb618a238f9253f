"""A conversation to read, not to write in: bubbles as on WhatsApp, with stretches of the replies marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

Span = tuple[int, int]

_BOLD = re.compile(r"(?<!\w)\*(?=\S)([^*\n]+?)(?<=\S)\*(?!\w)")
_ITALIC = re.compile(r"(?<!\w)_(?=\S)([^_\n]+?)(?<=\S)_(?!\w)")

_SHEET = """<style>
.transcript { display: flex; flex-direction: column; gap: .4rem; padding: .75rem; border-radius: 10px;
  background: #efe7dd; font-size: .92rem; line-height: 1.4; color: #111b21; }
.transcript p { margin: 0; padding: .45rem .65rem; border-radius: 9px; max-width: 88%; white-space: pre-wrap;
  overflow-wrap: anywhere; }
.transcript .out { align-self: flex-end; background: #d9fdd3; }
.transcript .in { align-self: flex-start; background: #ffffff; }
.transcript mark { background: #ffe08a; color: inherit; border-radius: 3px; padding: 0 .1em; }
.transcript .button { align-self: flex-start; background: #ffffff; color: #00684f; border: 1px solid #cfd8dc;
  padding: .2rem .6rem; }
</style>"""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the customer wrote, and the reply with the places (start, end) to mark in it."""

    customer: Sequence[str]
    reply: str
    marks: Sequence[Span] = ()
    buttons: Sequence[str] = ()


def transcript(exchanges: Sequence[Exchange]) -> None:
    """Everything in it is escaped: it is people's and models' text."""
    st.html(f"{_SHEET}<div class='transcript'>{''.join(bubbles(exchanges))}</div>")


def bubbles(exchanges: Sequence[Exchange]) -> Iterator[str]:
    for exchange in exchanges:
        for message in exchange.customer:
            yield f"<p class='out'>{escape(message)}</p>"
        yield f"<p class='in'>{_formatted(marked(exchange.reply, exchange.marks))}</p>"
        for title in exchange.buttons:
            yield f"<p class='button'>{escape(title)}</p>"


def marked(value: str, spans: Sequence[Span]) -> str:
    """`value` as HTML, with `spans` (in order, without overlaps) in `<mark>`."""
    parts, reached = [], 0
    for start, end in spans:
        parts += [escape(value[reached:start]), "<mark>", escape(value[start:end]), "</mark>"]
        reached = end
    return "".join([*parts, escape(value[reached:])])


def _formatted(html: str) -> str:
    """WhatsApp's *bold* and _italic_; `html` is escaped already."""
    return _ITALIC.sub(r"<i>\1</i>", _BOLD.sub(r"<b>\1</b>", html))
