"""The readers of single slots."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot_core.intents import BodyType, Feature, Intent, SortOrder, Transmission
from bot_core.messages import Language
from bot_core.offline.language import language_of
from bot_core.offline.lexicon import lexicon_file, patterns
from bot_core.offline.reading import LONGEST, folded, prepared, read
from tests.fakes.understanding import SCENARIOS, understood


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("kiero un karro", "quiero un carro"),
        ("FINANCIAMINETO", "financiamiento"),
        ("holaaa", "hola"),
        ("300k pa'l enganchee", "300k para l enganche"),
        ("garantizas algo", "garantizas algo"),
        ("sucursl en mty", "sucursal en mty"),
    ],
)
def test_key_words_are_mended(text: str, mended: str):
    assert read(prepared(text)).mended == mended


def test_cars_names_are_left_alone():
    text = prepared("busko un abeo")
    assert read(text, [(9, 13)]).mended == "busco un abeo"


@given(st.text(max_size=120))
def test_places_lead_back_to_the_text(text: str):
    reading = read(prepared(text))
    assert reading.original(0, len(reading.mended)) == reading.text
    places = [reading.to_text(place) for place in range(len(reading.mended) + 1)]
    assert places == sorted(places)
    assert all(0 <= place <= len(reading.text) for place in places)


@given(st.text(max_size=60))
def test_folding_keeps_every_place(text: str):
    assert len(folded(text)) == len(text)


def test_a_long_text_keeps_its_beginning_and_end():
    text = prepared("inicio " + "x" * 50_000 + " final")
    assert len(text) <= LONGEST + 1
    assert text.startswith("inicio")
    assert text.endswith("final")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("do you have any trucks?", Language.ENGLISH),
        ("busco un Ford Mustang", Language.SPANISH),
        ("I want the Santa Fe", Language.ENGLISH),
        ("hi", Language.ENGLISH),
        ("hola", Language.SPANISH),
    ],
)
def test_language(text: str, language: Language):
    for current in Language:
        assert language_of(text, current) is language


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("un carro automático", "transmission", Transmission.AUTOMATIC),
        ("un carro estándar", "transmission", Transmission.MANUAL),
        ("un carro que no sea automático", "transmission", Transmission.MANUAL),
        ("busco camioneta", "body_type", BodyType.SUV),
        ("busco camioneta de doble cabina", "body_type", BodyType.PICKUP),
        ("una troca", "body_type", BodyType.PICKUP),
        ("un sedán", "body_type", BodyType.SEDAN),
        ("un deportivo", "body_type", BodyType.COUPE),
        ("carro con blutu", "features", [Feature.BLUETOOTH]),
        ("carro con apple carplay", "features", [Feature.CAR_PLAY]),
        ("el carro más barato", "sort", SortOrder.CHEAPEST),
        ("el carro más nuevo", "sort", SortOrder.NEWEST),
        ("carro con poco kilometraje", "sort", SortOrder.LOWEST_KM),
        ("carro pa la familia", "sort", SortOrder.LARGEST),
        ("el carro más caro", "sort", SortOrder.DEAREST),
        ("versa rojo", "color", "rojo"),
        ("un carro híbrido", "fuel", "hibrido"),
        ("un carro con vidrios eléctricos", "fuel", None),
    ],
)
def test_words_of_a_search(text: str, slot: str, value: object):
    (detail,) = understood(text).intents
    assert detail.intent is Intent.CAR_RECOMMENDATION
    assert getattr(detail, slot) == value


@pytest.mark.parametrize(
    ("text", "city", "branch"),
    [
        ("dónde están en mty", "Monterrey", None),
        ("sucursal en León", "León", None),
        ("sucursal en la ciudad de méxico", "Ciudad de México", None),
        ("sucursal en santa fe", None, "Patio Santa Fe"),
        ("horario de la explanada", None, "Explanada"),
        ("tienen sede en Tijuana?", "Tijuana", None),
    ],
)
def test_places(text: str, city: str | None, branch: str | None):
    (detail,) = understood(text).intents
    assert (detail.intent, detail.city, detail.branch, detail.make) == (Intent.GENERAL_INFO, city, branch, None)


@pytest.mark.parametrize("text", ["busco un seat leon", "una hyundai santa fe", "cuesta una fortuna el versa"])
def test_cars_and_words_that_are_also_places(text: str):
    details = understood(text).intents
    assert not any(detail.city or detail.branch for detail in details)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("mañana", "mañana"),
        ("el sábado a las 11", "el sábado a las 11"),
        ("hoy en la tarde", "hoy en la tarde"),
        ("pasado mañana a las 4", "pasado mañana a las 4"),
        ("a las 5 del viernes", "a las 5 del viernes"),
        ("el 15 de mayo", "el 15 de mayo"),
        ("tomorrow at 5pm", "tomorrow at 5pm"),
        ("a las 5", "a las 5"),
    ],
)
def test_days_are_kept_as_said(text: str, day: str):
    (detail,) = understood(text, SCENARIOS["asked_day"]()).intents
    assert (detail.intent, detail.day) == (Intent.SALES, day)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("soy Ana", "Ana"),
        ("hola me llamo juan pérez y busco un versa", "Juan Pérez"),
        ("mi nombre es María de la Luz", "María de la Luz"),
        ("I'm John Smith", "John Smith"),
        ("soy de Monterrey", None),
        ("soy empleado y gano 15 mil", None),
        ("soy nuevo en esto", None),
        ("I'm looking for a car", None),
    ],
)
def test_names(text: str, name: str | None):
    names = [detail.customer_name for detail in understood(text).intents if detail.customer_name]
    assert names == ([name] if name else [])


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("me llamo Rosa Pérez", None),
        ("Hola, soy Blanca y busco un Mazda", None),
        ("registrala a nombre de violeta ruiz", None),
        ("soy Rosa y busco un Mazda rojo", "rojo"),
        ("busco un Mazda blanco", "blanco"),
    ],
)
def test_a_name_is_no_colour(text: str, colour: str | None):
    colours = [detail.color for detail in understood(text).intents if detail.color]
    assert colours == ([colour] if colour else [])


def test_every_expression_of_the_lexicon_compiles_and_matches_no_blank():
    groups = [
        patterns("intents", "groups"),
        *(patterns("slots", name) for name in ("transmission", "body_type", "sort")),
    ]
    for group in groups:
        for name, words in group.items():
            assert not words.fullmatch(""), name
    for name in ("chosen", "described", "cheaper", "newer", "lower_km", "more"):
        assert lexicon_file("references")[name].strip()
