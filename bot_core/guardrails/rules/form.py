"""The form of a WhatsApp reply: its length, its formatting, its language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot_core.guardrails.inspection import Inspection
from bot_core.guardrails.lexicon import common_words
from bot_core.guardrails.reading import is_inside
from bot_core.messages import MAX_REPLY_CHARS
from bot_core.trace import Finding

_MARKDOWN = re.compile(
    r"\*\*|__\w|~~|```|^#{1,6} |^\s*\|.*\|\s*$|!?\[[^\]\n]+\]\([^)\n]*\)"
    r"|</?(?:b|i|p|br|ul|ol|li|strong|em|div|span|table|a|h\d)\b[^>\n]*>|^(?:-{3,}|\*{3,})$",
    re.MULTILINE | re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:'\w+)?")
_FEWEST_WORDS = 3
"""Below that a short reply ("OK, Jetta") is in either language."""


def length(inspection: Inspection) -> Iterator[Finding]:
    text = inspection.reply.text
    if not text.strip():
        yield inspection.finding("length", 0, len(text), "the reply is empty")
    elif len(text) > MAX_REPLY_CHARS:
        yield inspection.finding(
            "length", MAX_REPLY_CHARS, len(text), f"the reply is longer than {MAX_REPLY_CHARS} characters"
        )


def formatting(inspection: Inspection) -> Iterator[Finding]:
    for match in _MARKDOWN.finditer(inspection.reply.text):
        yield inspection.finding("format", *match.span(), "this is Markdown or HTML, not WhatsApp formatting")


def language(inspection: Inspection) -> Iterator[Finding]:
    """Most of the words that only one language has are of the other one."""
    counted = dict.fromkeys(common_words(), 0)
    for match in _WORD.finditer(inspection.reply.text):
        if is_inside(inspection.car_names, *match.span()):
            continue
        for code, words in common_words().items():
            counted[code] += match.group().casefold() in words
    own = counted.pop(inspection.language)
    other = max(counted.values())
    if other >= _FEWEST_WORDS and other > 2 * own:
        message = f"the reply is not in the customer's language ({inspection.language.value})"
        yield inspection.finding("language", 0, len(inspection.reply.text), message)
