from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.evaluation.sentiment.reading import mood_of


@pytest.mark.parametrize(
    "text",
    [
        "¡Muchísimas gracias, excelente!", "perfecto, me encanta", "ok, me gusta 😊", "thank you, that's great",
        "no gracias", "muy amable",
    ],
)  # fmt: skip
def test_glad(text):
    assert mood_of(text).value > 0.2


@pytest.mark.parametrize(
    "text",
    [
        "pésimo servicio", "NO SIRVES PARA NADA, QUÉ HORRIBLE", "ya te dije, no me entiendes", "no me gusta",
        "esto es una estafa 😡", "hola??", "this is useless", "I hate this",
    ],
)  # fmt: skip
def test_annoyed(text):
    assert mood_of(text).value < 0


@pytest.mark.parametrize(
    "text",
    [
        "", "busco un versa barato", "¿cuánto cuesta?", "el segundo a 48 meses", "un carro bueno y no tan caro",
        "tengo un problema con mi crédito", "how much is it per month?", "qué bonito, lo mismo de siempre",
    ],
)  # fmt: skip
def test_the_trade_has_no_mood(text):
    assert mood_of(text).value == 0 and mood_of(text).found == ()


def test_degrees():
    assert mood_of("muy molesto").value < mood_of("molesto").value < mood_of("confundido").value < 0
    assert mood_of("QUÉ PÉSIMO SERVICIO").value < mood_of("qué pésimo servicio").value
    assert mood_of("no me gusta").value > mood_of("horrible").value


def test_it_says_what_told_it():
    assert mood_of("gracias, excelente 👍").found == ("gracias", "excelente", "👍")


def test_words_inside_words_do_not_count():
    assert mood_of("malos: la valera y el okapi").found == ()


@settings(deadline=None)
@given(st.text())
def test_any_text_has_a_mood_between_the_ends(text):
    assert -1 <= mood_of(text).value <= 1
