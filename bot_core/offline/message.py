"""Everything that the readers found in one message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot_core.catalog.car import Car, CarMention
from bot_core.catalog.service import CarDataService
from bot_core.messages import Language
from bot_core.offline.cues import Cue, attack_spans, find_cues
from bot_core.offline.days import read_days
from bot_core.offline.figures import FigureContext, read_figures
from bot_core.offline.findings import Finding
from bot_core.offline.language import language_of
from bot_core.offline.names import read_name
from bot_core.offline.places import PlaceReader
from bot_core.offline.reading import Reading, prepared, read
from bot_core.offline.references import NamedSpan, read_references
from bot_core.offline.surroundings import Figure, figures_in
from bot_core.offline.wishes import is_negated, read_wishes
from bot_core.quantities.quantity import QuantityKind
from bot_core.sessions.state import ConversationState, PendingQuestion

_CREDIT = frozenset({"financing", "financing_topic"})
_SEARCHING = frozenset({"search", "some_car", "have"})
_EXACT = 100.0


@dataclass(frozen=True, slots=True)
class Message:
    reading: Reading
    """Without the sentences that attack."""
    language: Language
    attacked: tuple[tuple[int, int], ...]
    cues: tuple[Cue, ...]
    findings: tuple[Finding, ...]
    """Of all slots, in the order of the message."""
    figures: tuple[Figure, ...]
    cars: tuple[tuple[NamedSpan, CarMention], ...]


class MessageReader:
    """Runs every reader over a text. Immutable, safe to share between threads."""

    def __init__(self, catalog: CarDataService, places: PlaceReader, *, min_match_score: float) -> None:
        self._catalog = catalog
        self._places = places
        self._score = min_match_score

    def read(self, text: str, state: ConversationState, now: datetime) -> Message:
        text = prepared(text)
        mentions = self._catalog.mentions(text, min_score=self._score)
        reading = read(text, [(m.start, m.end) for m in mentions], mend=self._score < _EXACT)
        attacked = attack_spans(reading)
        language = language_of(_without(text, [(m.start, m.end) for m in mentions]), state.language)
        if attacked:
            reading = reading.without(attacked)
            mentions = tuple(m for m in mentions if reading.text[m.start : m.end].strip())
        cars = tuple((_span(reading, mention), mention) for mention in mentions)
        places = tuple(
            self._places.read(
                reading.mended,
                [(span.start, span.end) for span, _ in cars],
                asked=state.pending is PendingQuestion.LEAD_BRANCH,
            )
        )
        cars = tuple(item for item in cars if not _is_place(item[0], places))
        spans = [(span.start, span.end) for span, _ in cars]
        cues = find_cues(_without(reading.mended, spans))
        figures = figures_in(reading, spans)
        findings = (*places, *self._findings(reading, state, now, cues, figures, cars))
        return Message(
            reading=reading,
            language=language,
            attacked=attacked,
            cues=cues,
            findings=tuple(sorted(findings, key=lambda finding: finding.start)),
            figures=figures,
            cars=cars,
        )

    def _findings(
        self,
        reading: Reading,
        state: ConversationState,
        now: datetime,
        cues: Sequence[Cue],
        figures: Sequence[Figure],
        cars: Sequence[tuple[NamedSpan, CarMention]],
    ) -> Iterator[Finding]:
        spans = [(span.start, span.end) for span, _ in cars]
        text = _without(reading.mended, spans)
        credit = any(cue.group in _CREDIT for cue in cues) or any(f.kind is QuantityKind.TERM for f in figures)
        searched = any(cue.group in _SEARCHING for cue in cues)
        visits = any(cue.group == "sales" for cue in cues)
        context = FigureContext(
            searched=searched or bool(cars),
            credit=credit,
            plain_is_down_payment=credit or (bool(state.shown) and not searched and not visits),
            asked_down_payment=state.pending is PendingQuestion.DOWN_PAYMENT,
        )
        yield from read_figures(figures, text, now, context)
        names = (*read_name(reading, asked=state.pending is PendingQuestion.LEAD_NAME),)
        # Rosa, Blanca and Violeta are no colours of a car.
        yield from read_wishes(text, [*spans, *((name.start, name.end) for name in names)])
        yield from read_days(reading, asked=state.pending is PendingQuestion.LEAD_DAY)
        yield from names
        measured = [(f.start, f.end) for f in figures if f.kind is not QuantityKind.NUMBER]
        named = [span for span, _ in cars if not is_negated(reading.mended, span.start)]
        yield from read_references(reading.mended, named, measured, self._known(state))

    def _known(self, state: ConversationState) -> tuple[Car, ...]:
        return tuple(car for car in map(self._catalog.get, (*state.shown, *state.ever_shown)) if car)


def wanted_cars(message: Message) -> list[tuple[NamedSpan, CarMention]]:
    """Named cars that are not refused ("no quiero nissan, mejor un mazda")."""
    return [item for item in message.cars if not is_negated(message.reading.mended, item[0].start)]


def _span(reading: Reading, mention: CarMention) -> NamedSpan:
    return NamedSpan(reading.to_mended(mention.start), reading.to_mended(mention.end), mention.make, mention.model)


def _is_place(span: NamedSpan, places: Sequence[Finding]) -> bool:
    return any(place.start < span.end and span.start < place.end for place in places)


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + "x" * (end - start) + text[end:]
    return text
