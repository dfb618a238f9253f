"""Branches, cities, addresses and opening hours: only those of the facts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot_core.guardrails.denials import sentence_denies
from bot_core.guardrails.inspection import Inspection
from bot_core.guardrails.lexicon import cues, places
from bot_core.guardrails.reading import Reply, Span, is_inside, occurrences, same_length_fold
from bot_core.knowledge.entry import Branch
from bot_core.quantities.quantity import QuantityKind
from bot_core.trace import Finding

_CAPITALISED = r"[A-ZÁÉÍÓÚÑ][\wáéíóúñü]*"
_NAMED_BRANCH = re.compile(
    rf"(?i:sucursal|sede|agencia|branch)(?: (?i:de|del|en|in|at|of))?(?: (?i:el|la|los|las))?"
    rf" \*?({_CAPITALISED}(?: {_CAPITALISED})*)"
)
_ADDRESS = re.compile(
    r"\b(?:Av|Avenida|Blvd|Boulevard|Calle|C|Perif|Periférico|Carretera|Calz|Calzada)\b\.?"
    r" (?=[A-ZÁÉÍÓÚÑ])[^\n,;()*]{2,60}"
)
_STREET_AND_NUMBER = re.compile(r"\D+\d+(?!\d)")
_NEXT_CLAUSE = re.compile(r" (?:y|and|que|which|donde|where|abre|opens?) ")
_OWN_NAME = "kavak"


def branches(inspection: Inspection) -> Iterator[Finding]:
    """Known places by name, and anything that is called a branch."""
    excused = (
        *inspection.customer_name,
        *inspection.quoted,
        *(Span(m.start, m.end) for m in inspection.reply.mentions if m.model),
    )
    reply, allowed = inspection.reply, _allowed(inspection)
    for match in places().pattern.finditer(reply.folded):
        if reply.text[match.start()].isupper() and not is_inside(excused, *match.span()):
            yield from _place(inspection, match.group(), Span(*match.span()), allowed)
    for match in _NAMED_BRANCH.finditer(reply.text):
        name = same_length_fold(match.group(1))
        if name != _OWN_NAME and not occurrences(name, allowed) and not _is_asked(inspection, name, match.start()):
            yield inspection.finding("branch", *match.span(1), "this branch is not in the facts")


def addresses(inspection: Inspection) -> Iterator[Finding]:
    known = same_length_fold(
        " | ".join((*(branch.address for branch in inspection.grounding.branches), *inspection.grounding.knowledge))
    )
    for match in _ADDRESS.finditer(inspection.reply.text):
        if not _is_known(same_length_fold(match.group()), known):
            yield inspection.finding("branch", *match.span(), "this address is not in the facts")


def _is_known(address: str, known: str) -> bool:
    """The whole, or up to its number or the next clause: "C. Ignacio Allende 512 y abre a diario"."""
    numbered = _STREET_AND_NUMBER.match(address)
    heads = (address, numbered.group() if numbered else address, _NEXT_CLAUSE.split(address)[0])
    return any(head.strip(" .") in known for head in heads)


def hours(inspection: Inspection) -> Iterator[Finding]:
    """A time of day, or days said as opening days, that no branch of the facts has."""
    for quantity in inspection.numbers(QuantityKind.HOUR):
        span = Span(quantity.start, quantity.end)
        if is_inside(inspection.customer_day, span.start, span.end):
            continue
        if not _is_open_at(inspection, quantity.value, span):
            yield inspection.finding("hours", span.start, span.end, "these hours are not in the facts")
    if any(branch.hours for branch in inspection.grounding.branches):
        return
    for sentence in inspection.reply.sentences:
        yield from _opening_days(inspection, sentence)


def _opening_days(inspection: Inspection, sentence: Span) -> Iterator[Finding]:
    reply = inspection.reply
    opening = cues().opening.search(reply.folded, sentence.start, sentence.end)
    days = cues().opening_days.search(reply.folded, sentence.start, sentence.end)
    if not (opening and days) or sentence_denies(reply, sentence) or "?" in reply.text[days.end() : sentence.end]:
        return
    if not is_inside((*inspection.quoted, *inspection.customer_day), *days.span()):
        yield inspection.finding("hours", *days.span(), "no opening hours are in the facts")


def _is_open_at(inspection: Inspection, value: object, span: Span) -> bool:
    figures = [figure for figure in inspection.grounding.of_kind(QuantityKind.HOUR) if figure.value == value]
    if not figures:
        return False
    sentence = inspection.reply.sentence_at(span.start)
    named = [branch for branch in inspection.grounding.branches if _names(branch, inspection.reply, sentence)]
    # A closed list: hours in a sentence about branches belong to one of them.
    return not named or any(branch.hours for branch in named)


def _names(branch: Branch, reply: Reply, sentence: Span) -> bool:
    return bool(occurrences(branch.name, reply.folded[sentence.start : sentence.end]))


def _place(inspection: Inspection, name: str, span: Span, allowed: str) -> Iterator[Finding]:
    names = (name, *places().aliases.get(name, ()))
    if any(occurrences(known, allowed) for known in names) or _is_asked(inspection, name, span.start):
        return
    yield inspection.finding("branch", span.start, span.end, "this place is not in the facts")


def _is_asked(inspection: Inspection, name: str, position: int) -> bool:
    """The customer asked for a place without a branch: it may be named, but not as one that has a branch."""
    asked = same_length_fold(" | ".join(inspection.grounding.absent_places))
    if not occurrences(name, asked):
        return False
    sentence = inspection.reply.sentence_at(position)
    claims = cues().presence.search(inspection.reply.folded, sentence.start, sentence.end)
    return not claims or sentence_denies(inspection.reply, sentence)


def _allowed(inspection: Inspection) -> str:
    grounding = inspection.grounding
    texts = [text for branch in grounding.branches for text in (branch.name, branch.city, branch.state, branch.address)]
    return same_length_fold(" | ".join((*texts, *grounding.cities, *grounding.knowledge)))
