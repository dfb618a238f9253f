"""Which of the cars shown the customer points at: "el segundo", "ese", "el jetta que me dijiste", "otros"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot_core.catalog.car import Car
from bot_core.intents import CarReference, ReferenceKind, SortOrder
from bot_core.offline.findings import Finding, overlaps
from bot_core.offline.lexicon import lexicon_file, pattern, preceding

_RELATIVE = (ReferenceKind.LOWER_KM, ReferenceKind.NEWER, ReferenceKind.CHEAPER)
_MEASURE = re.compile(
    r"\s*(?:%|km|mil\b|anos?\b|meses\b|pm\b|am\b|:"
    r"|de (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|sept\w*|octubre|noviembre|diciembre)\b)"
)


@dataclass(frozen=True, slots=True)
class NamedSpan:
    """A car's name at `start:end` of the mended text."""

    start: int
    end: int
    make: str | None
    model: str | None


def read_references(
    text: str, names: Sequence[NamedSpan], figures: Sequence[tuple[int, int]], known: Sequence[Car]
) -> Iterator[Finding]:
    """References in `text` (mended), in its order. `figures` are spans of numbers with a unit.

    `known` are the cars that were ever shown: "el jetta" means one of them when it was.
    """
    spans = [(name.start, name.end) for name in names]
    found = list(_ordinals(text, spans + list(figures)))
    found += _described(text, names, known)
    if not found:
        found += _relative(text, bool(known))
    if not found:
        found += _pronouns(text, spans)
    yield from sorted(found, key=lambda finding: finding.start)


def bare_position(text: str) -> int | None:
    """The whole message is a position: "2", "el 2", "dos", "#3"."""
    match = re.fullmatch(r"\W*(?:(?:el|la|the|opcion|numero|option|number)\s+)*(\w+)\W*", text.strip())
    return _position(match.group(1)) if match else None


def superlative_position(sort: SortOrder, shown: Sequence[Car]) -> int | None:
    """ "el más barato" of the cars shown, 1 for the first; None when `sort` does not order them."""
    keys = {
        SortOrder.CHEAPEST: lambda car: car.price,
        SortOrder.DEAREST: lambda car: -car.price,
        SortOrder.NEWEST: lambda car: -car.year,
        SortOrder.LOWEST_KM: lambda car: car.km,
    }
    if sort not in keys or not shown:
        return None
    return 1 + min(range(len(shown)), key=lambda place: keys[sort](shown[place]))


def _reference(kind: ReferenceKind, span: tuple[int, int], position: int | None = None) -> Finding:
    return Finding("reference", CarReference(kind=kind, position=position), *span)


def _ordinals(text: str, taken: list[tuple[int, int]]) -> Iterator[Finding]:
    for match in _ordinal_words().finditer(text):
        if not pattern("references", "ordinal_not_before").match(text[match.end() :].lstrip()):
            yield _reference(ReferenceKind.ORDINAL, match.span(), _ordinal_value(match.group("ordinal")))
    for match in _numbered().finditer(text):
        position = _position(match.group("number"))
        unit = _MEASURE.match(text, match.end())
        if position and not unit and not overlaps(taken, *match.span("number")):
            yield _reference(ReferenceKind.ORDINAL, match.span(), position)


@lru_cache
def _ordinal_words() -> re.Pattern[str]:
    words = "|".join(lexicon_file("references")["ordinals"].values())
    articles = lexicon_file("references")["articles"].strip()
    return re.compile(rf"(?<!\w)(?:{articles})\s+(?P<ordinal>{words})(?!\w)")


@lru_cache
def _numbered() -> re.Pattern[str]:
    """ "la opción 3", "#2", "el 2"; only an article alone is too little before a number in words but "el dos"."""
    data = lexicon_file("references")
    numbers, labels = "|".join(data["numbers"]), data["label"].strip()
    lead = rf"(?:(?:{data['articles'].strip()})\s+)?(?:{labels})\W{{0,2}}|(?:el|la|del|al|the)\s+(?!un[oa]\b|one\b)"
    return re.compile(rf"(?<![^\W_])(?:{lead})(?P<number>\d|{numbers})(?![.,]?\w)")


def _position(word: str) -> int | None:
    if word.isdecimal() and len(word) == 1:
        return int(word) or None
    number: int | None = lexicon_file("references")["numbers"].get(word)
    return number


def _ordinal_value(word: str) -> int:
    ordinals = lexicon_file("references")["ordinals"]
    return next(int(value) for value, words in ordinals.items() if re.fullmatch(words, word))


def _described(text: str, names: Sequence[NamedSpan], known: Sequence[Car]) -> Iterator[Finding]:
    for name in names:
        if pattern("references", "described").match(text[name.end :].lstrip()):
            yield _reference(ReferenceKind.DESCRIBED, (name.start, name.end))
        elif preceding("references", "definite").search(text[max(0, name.start - 8) : name.start]):
            shown = any(name.model in (None, car.model) and name.make in (None, car.make) for car in known)
            if shown:
                yield _reference(ReferenceKind.DESCRIBED, (name.start, name.end))


def _relative(text: str, anything_shown: bool) -> Iterator[Finding]:
    """ "uno más barato" is relative to what was shown; with nothing shown it is a plain wish."""
    if not anything_shown:
        return
    superlative = r"(?:^|\W)(?:el|la|los|las|lo|cual es el)\s+$"
    for kind in _RELATIVE:
        match = pattern("references", kind.value).search(text)
        if match and not re.search(superlative, text[: match.start()]):
            yield _reference(kind, match.span())
            return
    other = [match.span() for match in pattern("references", "more_not").finditer(text)]
    for match in pattern("references", "more").finditer(text):
        if not overlaps(other, *match.span()):
            yield _reference(ReferenceKind.MORE, match.span())
            return


def _pronouns(text: str, spans: list[tuple[int, int]]) -> Iterator[Finding]:
    for match in pattern("references", "chosen").finditer(text):
        follows_name = any(start - match.end() in (0, 1) for start, _ in spans)
        if not follows_name:
            yield _reference(ReferenceKind.CHOSEN, match.span())
            return
