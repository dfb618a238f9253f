from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.evaluation.customers.listening import Heard, heard_in, phrase_table
from workbench.evaluation.customers.style import fact, misspelt, plain, written
from workbench.evaluation.dataset.personas import Style

PHRASES = phrase_table()["es"]


def styled(text: str, seed: int = 1, **style: object) -> str:
    return written(text, Style.model_validate(style), PHRASES, random.Random(seed))


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), typos=st.sampled_from(["none", "some", "many"]), voice=st.booleans())
def test_no_style_changes_a_fact(seed, typos, voice):
    text = f"busco un {fact('Versa')} automático de menos de {fact('230 mil')}, con {fact('90,000')} km"
    said = styled(text, seed, typos=typos, voice_like=voice, emoji=True, tone="slang")
    assert "Versa" in said and "230 mil" in said and "90,000" in said
    assert plain(said) == said


def test_accents_are_for_those_who_write_them():
    assert styled("¿Cuánto pagaría mañana?", accents=True) == "¿Cuánto pagaría mañana?"
    assert styled("¿Cuánto pagaría mañana?") == "Cuanto pagaria mañana?"


def test_dictation_has_no_punctuation():
    said = styled(f"Busco un auto, ¿cuánto cuesta? Tengo {fact('1,500.50')} pesos.", 4, voice_like=True)
    assert not set(said) & set("¿?¡!") and "1,500.50" in said


def test_typos_come_as_often_as_the_style_says():
    text = "quiero encontrar una camioneta grande para toda la familia"
    typed = [styled(text, seed, typos="many").split() for seed in range(200)]
    slips = [sum(a != b for a, b in zip(text.split(), words, strict=True)) for words in typed]
    assert 0.5 < sum(slips) / 200 < 3
    assert all(styled(text, seed, typos="none") == text for seed in range(20))


@settings(deadline=None)
@given(word=st.text("abcdefghijklmnñopqrstuvwxyz", min_size=4, max_size=14), seed=st.integers(0, 999))
def test_a_slip_keeps_the_first_letter(word, seed):
    slipped = misspelt(word, random.Random(seed))
    assert slipped[0] == word[0] and abs(len(slipped) - len(word)) <= 1


def test_what_a_reply_asks_and_shows():
    shown = "Tengo 3 opciones:\n1. *Nissan Versa 2020* — $200,000\n\n¿Qué presupuesto tienes en mente?"
    assert heard_in(shown) == {Heard.SHOWS_CARS, Heard.ASKS_BUDGET}
    assert Heard.SHOWS_PAYMENTS in heard_in("• *48 meses: $5,321.99 al mes*")
    assert heard_in("Tu enganche es de $50,000. A nombre de Ana.") == frozenset()
    assert heard_in("What name should I put it under?") == {Heard.ASKS_NAME}
