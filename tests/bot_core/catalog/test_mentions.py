from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.cars import small_catalog

NAMES = [
    ("busco un nisan vversa", "Nissan", "Versa"),
    ("yeta", "Volkswagen", "Jetta"),
    ("onda crv", "Honda", "CR-V"),
    ("mini cuper", "Mini", "Cooper"),
    ("volsvagen gol", "Volkswagen", "Gol"),
    ("suzuky suift", "Suzuki", "Swift"),
    ("cx 5", "Mazda", "CX-5"),
    ("CX-5", "Mazda", "CX-5"),
    ("cx treinta", "Mazda", "CX-30"),
    ("mazda tres", "Mazda", "Mazda 3"),
    ("x3 bmw", "BMW", "X3"),
    ("un x1 de bmw", "BMW", "X1"),
    ("un 208 de peugeot", "Peugeot", "208"),
    ("polo", "Volkswagen", "Polo"),
    ("leon 2018", "Seat", "Leon"),
    ("fiat uno", "Fiat", "Uno"),
    ("f 150", "Ford", "F-150"),
    ("np 300", "Nissan", "NP300"),
    ("peugeot 2008", "Peugeot", "2008"),
    ("audi a 3", "Audi", "A3"),
    ("seat ibiza", "Seat", "Ibiza"),
    ("lambo", "Lamborghini", None),
    ("jettas", "Volkswagen", "Jetta"),
    ("acord", "Honda", "Accord"),
    ("grand i10", "Hyundai", "Grand i10"),
    ("golf gti", "Volkswagen", "Golf"),
]
EVERYDAY = [
    "qué onda",
    "clases de manejo",
    "a 3 años",
    "a 4 mil al mes",
    "uno más barato",
    "mini van",
    "7 seat suv",
    "va a entrar",
    "ultima oferta",
    "me llamo Beto",
    "necesito factura",
    "hace calor",
    "cierra a las 6",
    "de 208 mil",
    "en 2008",
    "la mensualidad",
    "clase media",
    "puedes captar la idea",
    "gracias, buena tarde",
    "el punto es",
    "can you focus on price",
    "ok 3 puertas",
    "tacos",
    "mercado libre",
    "versión",
    "serie",
]


@pytest.mark.parametrize(("text", "make", "model"), NAMES)
def test_names_however_written(text: str, make: str, model: str | None):
    (mention,) = small_catalog().mentions(text)
    assert (mention.make, mention.model) == (make, model)


@pytest.mark.parametrize("text", EVERYDAY)
def test_everyday_words_are_no_cars(text: str):
    assert small_catalog().mentions(text) == ()


def test_several_names_in_order_with_their_places():
    text = "¿Versa, jeta o un mazda 3?"
    mentions = small_catalog().mentions(text)
    assert [mention.model for mention in mentions] == ["Versa", "Jetta", "Mazda 3"]
    assert [text[mention.start : mention.end] for mention in mentions] == ["Versa", "jeta", "mazda 3"]


def test_a_number_of_something_is_no_part_of_a_name():
    (mention,) = small_catalog().mentions("un mazda, 3 opciones")
    assert (mention.make, mention.model) == ("Mazda", None)
    (mention,) = small_catalog().mentions("mazda 3 puertas")
    assert mention.model is None


def test_a_version_is_given_as_the_catalogue_spells_it():
    (mention,) = small_catalog().mentions("versa advance")
    assert (mention.model, mention.version) == ("Versa", "ADVANCE")
    (mention,) = small_catalog().mentions("kia rio ex")
    assert mention.version == "EX"


def test_stock_is_told_from_the_market():
    held, absent = small_catalog().mentions("un versa o un ferrari")
    assert (held.in_stock, absent.in_stock) == (True, False)


def test_exact_matching_takes_listed_spellings_only():
    catalog = small_catalog()
    assert [m.model for m in catalog.mentions("acord o yeta", min_score=100)] == ["Jetta"]


@given(st.text(max_size=80))
def test_places_are_in_order_without_overlaps(text: str):
    mentions = small_catalog().mentions(text)
    spans = [place for mention in mentions for place in (mention.start, mention.end)]
    assert spans == sorted(spans)
    assert all(0 <= place <= len(text) for place in spans)
