"""Slots of a search that are words: transmission, body, equipment, colour, fuel, order, and what no longer matters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum

from bot_core.intents import BodyType, Feature, SortOrder, Transmission
from bot_core.offline.findings import Finding, overlaps
from bot_core.offline.lexicon import pattern, patterns, preceding

_NEAR = 28
"""Characters between "la marca" and "me da igual"."""
_SLOTS_OF = {"price": ("price_min", "price_max"), "year": ("year_min", "year_max")}
_OTHER = {Transmission.AUTOMATIC: Transmission.MANUAL, Transmission.MANUAL: Transmission.AUTOMATIC}


def read_wishes(text: str, taken: list[tuple[int, int]]) -> Iterator[Finding]:
    """`text` is mended; `taken` are the spans of cars' names."""
    cleared = list(_cleared(text))
    yield from cleared
    gone = {finding.value for finding in cleared}
    if "transmission" not in gone:
        yield from _transmission(text, taken)
    if "body_type" not in gone:
        yield from _body_type(text, taken)
    if "features" not in gone:
        yield from _each(text, ("slots", "features"), "features", Feature, taken)
    yield from _each(text, ("slots", "sort"), "sort", SortOrder, taken)
    yield from _named(text, taken)


def is_negated(text: str, place: int) -> bool:
    """ "no quiero nissan", "que no sea automático": is what stands at `place` refused?"""
    return bool(preceding("slots", "negation").search(text[max(0, place - 24) : place]))


def is_correction(text: str) -> bool:
    return bool(pattern("slots", "correction").search(text) or re.match(r"\W*(no|nel|nop)\s*,\s*\w", text))


def _transmission(text: str, taken: list[tuple[int, int]]) -> Iterator[Finding]:
    found = list(_each(text, ("slots", "transmission"), "transmission", Transmission, taken))
    plain = [finding for finding in found if not _is_refused(text, finding)]
    if plain:
        yield plain[-1] if is_correction(text) else plain[0]
    elif found:
        refused = found[0]
        yield Finding("transmission", _OTHER[refused.value], refused.start, refused.end)


def _is_refused(text: str, finding: Finding) -> bool:
    """The lexicon lists "que no sea automático" as manual itself."""
    return not text[finding.start :].startswith("que no") and is_negated(text, finding.start)


def _body_type(text: str, taken: list[tuple[int, int]]) -> Iterator[Finding]:
    found = [
        finding
        for finding in _each(text, ("slots", "body_type"), "body_type", BodyType, taken)
        if not is_negated(text, finding.start)
    ]
    yield from found[:1]
    family = pattern("slots", "family").search(text)
    if family and not found and not taken:
        # "algo pa la familia": without a body or a model of their own wish, a roomy car is meant.
        yield Finding("body_type", BodyType.SUV, family.start(), family.end())


def _named(text: str, taken: list[tuple[int, int]]) -> Iterator[Finding]:
    """Colour and fuel, as said: neither is in the catalogue."""
    no_fuel = [match.span() for match in pattern("slots", "no_fuel").finditer(text)]
    for slot, spans in (("color", taken), ("fuel", taken + no_fuel)):
        for match in pattern("slots", slot).finditer(text):
            if not overlaps(spans, *match.span()):
                yield Finding(slot, match.group().removeprefix("color ").removeprefix("en "), *match.span())


def _each(
    text: str, path: tuple[str, ...], slot: str, kind: type[Enum], taken: list[tuple[int, int]]
) -> Iterator[Finding]:
    """Every value whose words are in `text`; a word counts for the first value that claims it."""
    claimed = list(taken)
    found = []
    for name, words in patterns(*path).items():
        for match in words.finditer(text):
            if not overlaps(claimed, *match.span()):
                claimed.append(match.span())
                found.append(Finding(slot, kind(name), *match.span()))
    return iter(sorted(found, key=lambda finding: finding.start))


def _cleared(text: str) -> Iterator[Finding]:
    nouns = patterns("slots", "clearable")
    for phrase in pattern("slots", "indifferent").finditer(text):
        start, end = max(0, phrase.start() - _NEAR), phrase.end() + _NEAR
        near = re.split(r"[.;!?\n]", text[start : phrase.start()])[-1]
        after = re.split(r"[.,;!?\n]", text[phrase.end() : end])[0]
        for name, noun in nouns.items():
            if noun.search(near) or noun.search(after) or noun.search(phrase.group()):
                for slot in _SLOTS_OF.get(name, (name,)):
                    yield Finding("cleared", slot, *phrase.span())
