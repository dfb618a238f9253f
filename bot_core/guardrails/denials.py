"""Is a claim made, or denied ("no puedo ofrecer descuentos"), asked, or conditional ("si tu crédito es aprobado")?"""

from __future__ import annotations

from bot_core.guardrails.lexicon import negations
from bot_core.guardrails.reading import Reply, Span


def is_denied(reply: Reply, start: int, end: int) -> bool:
    """A denial in the same clause before `start`, right after `end`, or before the parenthesis around them."""
    words = negations()
    before = _clause(reply, start)
    if words.before.search(before) or words.short.search(before):
        return True
    if words.after.match(words.idioms.sub(" ", reply.clause_after(end))):
        return True
    opened = _open_parenthesis(reply, start)
    return opened is not None and is_denied(reply, opened, opened)


def sentence_denies(reply: Reply, span: Span) -> bool:
    """A denial anywhere in `span`."""
    words = negations()
    text = words.idioms.sub(" ", reply.folded[span.start : span.end])
    return bool(words.before.search(text))


def is_conditional(reply: Reply, start: int) -> bool:
    """Read in the text as received: "si" is a condition, "sí" is not."""
    span = reply.clause_before(start)
    return bool(negations().conditions.search(reply.text[span.start : span.end]))


def is_asked(reply: Reply, start: int, end: int) -> bool:
    """Part of a question: "¿Agendamos una visita?" claims nothing."""
    opened = reply.folded.rfind("¿", 0, start)
    if opened > max(reply.folded.rfind("?", 0, start), reply.folded.rfind("\n", 0, start)):
        return True
    after = end + len(reply.clause_after(end))
    return reply.folded[after : after + 1] == "?"


def _clause(reply: Reply, start: int) -> str:
    span = reply.clause_before(start)
    return negations().idioms.sub(lambda match: " " * len(match.group()), reply.folded[span.start : span.end])


def _open_parenthesis(reply: Reply, position: int) -> int | None:
    line = reply.lines[reply.line_number(position)]
    opened = reply.folded.rfind("(", line.start, position)
    return opened if opened > reply.folded.rfind(")", line.start, position) else None
