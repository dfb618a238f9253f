from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot_core.offline.opt_out import PAYLOAD, is_opt_out

ASKS = [
    "BAJA", "ALTO", "STOP", "PARAR", "Baja.", "¡ALTO!", "stop 🛑", "ya no me escriban", "dejen de mandarme mensajes",
    "unsubscribe", "quiero darme de baja", "bórrenme de su lista", "no quiero recibir más mensajes",
    "please stop messaging me", "hola\nBAJA", "ya no me manden nada", "me doy de baja", "elimínenme de sus contactos",
    "don't text me anymore", "por favor no me contacten más",
]  # fmt: skip
STAYS = [
    "un auto alto", "la mensualidad más baja", "quiero una suv con start stop", "baja california tienen sede?",
    "la tasa mas baja que tengas", "me lo paras en Polanco?", "para mañana", "busco un carro alto para topes",
    "bájale al precio", "ya no me manden el mismo carro", "quiero dar de baja las placas", "",
    "no me mandes a la sucursal de Puebla", "altos ingresos", "stop sign recognition", "no quiero ese, otro",
    "cuánto tarda la baja de placas", "no más de 280 mil",
]  # fmt: skip


@pytest.mark.parametrize("text", ASKS)
def test_who_wants_to_leave_is_understood(text: str):
    assert is_opt_out(text, None)


@pytest.mark.parametrize("text", STAYS)
def test_who_speaks_of_something_else_stays(text: str):
    assert not is_opt_out(text, None)


def test_only_the_payload_field_counts():
    assert is_opt_out("No recibir mensajes", PAYLOAD)
    assert not is_opt_out("Ver más", "more")


def test_a_long_text_is_never_an_opt_out():
    assert not is_opt_out("ya no me escriban " + "busco un versa " * 40, None)


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


@given(
    text=st.sampled_from(ASKS + STAYS),
    change=st.sampled_from([str.upper, str.lower, str.title, _without_accents]),
    before=st.sampled_from(["", " ", "¡", "...", "\n"]),
    after=st.sampled_from(["", "!", ".", " !!", "\n", " 🙏"]),
)
def test_case_accents_and_punctuation_do_not_matter(text, change, before, after):
    assert is_opt_out(before + change(text) + after, None) == is_opt_out(text, None)
