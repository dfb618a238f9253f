"""Cars: only those of the facts and those that the customer named; an absent one is never offered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot_core.catalog.car import CarMention, CarWish
from bot_core.catalog.reference import market_reference, name_key
from bot_core.guardrails.denials import is_denied, sentence_denies
from bot_core.guardrails.grounding import Grounding
from bot_core.guardrails.inspection import Inspection
from bot_core.guardrails.lexicon import cues
from bot_core.guardrails.reading import is_inside, occurrences, same_length_fold
from bot_core.guardrails.scopes import has_version, matching
from bot_core.trace import Finding

RULE = "car"
_NAMED_VERSION = re.compile(r"\b(?i:versi[oó]n|trim) \*?([A-Z][\w-]*)")


def cars(inspection: Inspection) -> Iterator[Finding]:
    # "Patio Santa Fe" is a branch, "Victoria León" a customer: neither is a car.
    excused = (*inspection.place_names, *inspection.customer_name, *inspection.quoted)
    for mention in inspection.reply.mentions:
        if is_inside((*excused, *inspection.car_names), mention.start, mention.end) or _is_ordinary(
            inspection, mention
        ):
            continue
        fault = _fault(inspection, mention)
        if fault:
            yield inspection.finding(RULE, mention.start, mention.end, fault)
    yield from _versions(inspection)


def _versions(inspection: Inspection) -> Iterator[Finding]:
    """ "la versión Exclusive", when no car of the facts is one."""
    wished = [wish.version for wish in inspection.grounding.wishes if wish.version]
    known = same_length_fold(" | ".join((*(car.version for car in inspection.grounding.cars), *wished)))
    for match in _NAMED_VERSION.finditer(inspection.reply.text):
        if not occurrences(match.group(1), known) and not is_denied(inspection.reply, *match.span()):
            yield inspection.finding(RULE, *match.span(1), "this version is not in the facts")


def _fault(inspection: Inspection, mention: CarMention) -> str | None:
    grounding = inspection.grounding
    stock_ids = matching(mention, grounding.cars)
    if stock_ids:
        return _version_fault(mention, stock_ids, grounding)
    if _is_wished(mention, grounding.absent):
        return "this car is not in stock" if _is_offered(inspection, mention) else None
    if _is_wished(mention, grounding.wishes) or _in_topic(mention, grounding):
        return None
    return "this car is not in the facts"


def _is_ordinary(inspection: Inspection, mention: CarMention) -> bool:
    """ "cars that fit", "No te preocupes": an everyday word or two that spell a model's name, without its make."""
    text = inspection.reply.text[mention.start : mention.end]
    reference = market_reference()
    if name_key(text) not in reference.ordinary_words | reference.make_needed:
        return False
    return not text[:1].isupper() or (" " in text and " " not in (mention.model or ""))


def _version_fault(mention: CarMention, stock_ids: frozenset[str], grounding: Grounding) -> str | None:
    versions = [car for car in grounding.cars if car.stock_id in stock_ids]
    wished = any(
        wish.version and mention.version and mention.version.casefold() in wish.version.casefold()
        for wish in grounding.wishes
    )
    if mention.version is None or wished or any(has_version(car, mention.version) for car in versions):
        return None
    return "this version is not in the facts"


def _is_wished(mention: CarMention, wishes: Sequence[CarWish]) -> bool:
    return any(
        (mention.make is None or wish.make is None or _same(mention.make, wish.make))
        and (mention.model is None or _same(mention.model, wish.model))
        for wish in wishes
    )


def _same(name: str, wished: str | None) -> bool:
    return wished is not None and same_length_fold(name) == same_length_fold(wished)


def _in_topic(mention: CarMention, grounding: Grounding) -> bool:
    name = mention.model or mention.make or ""
    return any(occurrences(name, same_length_fold(text)) for text in grounding.customer_words)


def _is_offered(inspection: Inspection, mention: CarMention) -> bool:
    """ "Tengo Tesla desde…" without a denial."""
    reply = inspection.reply
    sentence = reply.sentence_at(mention.start)
    available = cues().availability.search(reply.folded, sentence.start, sentence.end)
    return bool(available) and not (is_denied(reply, mention.start, mention.end) or sentence_denies(reply, sentence))
