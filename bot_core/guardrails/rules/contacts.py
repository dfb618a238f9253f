"""Reference codes, links, addresses and phone numbers that the facts do not hold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot_core.guardrails.denials import is_asked, is_denied
from bot_core.guardrails.inspection import Inspection
from bot_core.guardrails.lexicon import cues
from bot_core.guardrails.reading import same_length_fold
from bot_core.trace import Finding

_REFERENCE = re.compile(r"(?<!\w)KV-[A-Z0-9]{3,}", re.IGNORECASE)
_CODE = re.compile(
    r"(?<!\w)(?:folio|referencia|confirmaci[oó]n|reference|confirmation)"
    r"(?: (?:es|is|n[uú]mero|number|no\.?|code|c[oó]digo))*\W{1,4}"
    r"((?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]{3,})(?!\w)",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s)*_]+|[\w.+-]+@[\w-]+\.\w[\w.]*"
    r"|(?<![\w.@])(?:[\w-]+\.)+(?:com|mx|net|org|io|app|ly|info|me)(?:/[^\s)*_]*)?(?!\w)",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w$.,])(?:\+\d{1,3}[ .-]?)?(?:\(\d{2,3}\)[ .-]?)?\d(?:[ .-]?\d){7,12}(?![\w,])")
_SHORTEST_PHONE = 10
_SHORTEST_CALLED = 8
"""Digits, when the words before it say that it is a phone."""
_CALL = re.compile(r"(?<!\w)(tel|telefono|llama|llamanos|marca|marcanos|whatsapp|phone|call)(?!\w)[^\n]{0,25}$")


def references(inspection: Inspection) -> Iterator[Finding]:
    known = {reference.casefold() for reference in inspection.grounding.references}
    found = [(match.group(), match.span()) for match in _REFERENCE.finditer(inspection.reply.text)]
    found += [(match.group(1), match.span(1)) for match in _CODE.finditer(inspection.reply.text)]
    for code, span in {span: (code, span) for code, span in found}.values():
        if code.casefold() not in known:
            yield inspection.finding("reference", *span, "no such reference is in the facts")
    if not known:
        yield from _claimed(inspection)


def _claimed(inspection: Inspection) -> Iterator[Finding]:
    """ "Registré tu solicitud", when no request was recorded in this turn."""
    reply = inspection.reply
    for match in cues().recorded.finditer(reply.text):
        if not is_denied(reply, *match.span()) and not is_asked(reply, *match.span()):
            yield inspection.finding("reference", *match.span(), "no request was recorded")


def links(inspection: Inspection) -> Iterator[Finding]:
    known = " ".join(inspection.grounding.knowledge)
    for match in _LINK.finditer(inspection.reply.text):
        if match.group().rstrip(".") not in known:
            yield inspection.finding("link", *match.span(), "this link is not in the facts")
    for match in _PHONE.finditer(inspection.reply.text):
        if _is_phone(inspection, match) and match.group() not in known:
            yield inspection.finding("phone", *match.span(), "this phone number is not in the facts")


def _is_phone(inspection: Inspection, match: re.Match[str]) -> bool:
    digits = sum(char.isdigit() for char in match.group())
    before = same_length_fold(inspection.reply.text[max(0, match.start() - 40) : match.start()])
    return digits >= (_SHORTEST_CALLED if _CALL.search(before) else _SHORTEST_PHONE)
