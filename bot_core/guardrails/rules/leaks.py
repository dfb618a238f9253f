"""The machinery behind the bot: prompts, field names, the model's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot_core.guardrails.denials import is_denied
from bot_core.guardrails.inspection import Inspection
from bot_core.guardrails.lexicon import leaks as leak_words
from bot_core.guardrails.reading import Span, is_inside, same_length_fold
from bot_core.trace import Finding

RULE = "leak"
_WORD = re.compile(r"\w+")


def word_runs(texts: Iterable[str]) -> frozenset[tuple[str, ...]]:
    """Every run of words of the protected texts that is long enough to be recognised."""
    size = leak_words().words_in_a_row
    return frozenset(run for text in texts for run, _ in _runs(same_length_fold(text), size))


def leaks(inspection: Inspection) -> Iterator[Finding]:
    reply = inspection.reply
    for match in leak_words().pattern.finditer(reply.folded):
        if not is_denied(reply, *match.span()):
            yield inspection.finding(RULE, *match.span(), "this shows the bot's machinery")
    if inspection.protected:
        yield from _copied(inspection)


def _copied(inspection: Inspection) -> Iterator[Finding]:
    """Overlapping runs make one finding."""
    copied: Span | None = None
    for run, span in _runs(inspection.reply.folded, leak_words().words_in_a_row):
        if run not in inspection.protected or is_inside(inspection.quoted, span.start, span.end):
            continue
        if copied and span.start <= copied.end:
            copied = Span(copied.start, span.end)
            continue
        if copied:
            yield _copy(inspection, copied)
        copied = span
    if copied:
        yield _copy(inspection, copied)


def _copy(inspection: Inspection, span: Span) -> Finding:
    return inspection.finding(RULE, span.start, span.end, "this repeats the bot's instructions")


def _runs(folded: str, size: int) -> Iterator[tuple[tuple[str, ...], Span]]:
    words = list(_WORD.finditer(folded))
    for index in range(len(words) - size + 1):
        run = words[index : index + size]
        yield tuple(word.group() for word in run), Span(run[0].start(), run[-1].end())
