"""What may not be read is gone, what the conversation is about stays."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot_core.redaction import redact

CATALOG = Path("datasets/catalog/sample_catalog.csv")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mi cel es 55 1234 5678", "mi cel es [teléfono]"),
        ("márcame al (33) 1234-5678 por favor", "márcame al [teléfono] por favor"),
        ("whatsapp:+5215512345678", "whatsapp:[teléfono]"),
        ("+52 1 81 8765 4321, o 5518765432", "[teléfono], o [teléfono]"),
        ("442.123.45.67", "[teléfono]"),
        ("55 12 34 56 78", "[teléfono]"),
        ("tel 5812 3456", "tel [teléfono]"),
        ("juan.perez+autos@correo.com.mx.", "[correo]."),
        ("CURP PEGJ850315HJCRRN07 y RFC PEGJ850315AB1", "CURP [CURP] y RFC [RFC]"),
        ("pago con 4111 1111 1111 1111", "pago con [tarjeta]"),
        ("CLABE 012345678901234567", "CLABE [tarjeta]"),
        ("placas ABC-12-34", "placas [placa]"),
        ("placa jkl123a", "placa [placa]"),
        ("serie 3N1CN7AD9KL812345", "serie [NIV]"),
        ("Me llamo María de la Luz y busco un Jetta", "Me llamo [nombre] y busco un Jetta"),
        ("mi nombre es pedro", "mi nombre es [nombre]"),
    ],
)
def test_personal_data_is_replaced(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "$ 5,512,345,678 pesos",
        "5512345678 pesos",
        "de 250 000 2020 en adelante",
        "a 12 24 36 48 60 meses",
        "entre 200 mil y 350,000, 2019 2020 2021",
        "la placa de 2019, las placas de Jalisco",
        "CX-30, CX-5 2019, F-150, BT-50 y Mercedes-Benz C 200 CGI",
        "stock 222197 y 232216",
        "enganche de $100,000.00 a 48 meses al 10 %",
        "me llamó la atención",
    ],
)
def test_what_the_conversation_is_about_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("¡Hola, Ana! ana maría lopez, ¿verdad?", ("Ana María López",), "¡Hola, [nombre]! [nombre], ¿verdad?"),
        ("José busca; JOSE también. Josefina no", ("josé",), "[nombre] busca; [nombre] también. Josefina no"),
        ("escríbele a ana@correo.mx", ("Ana",), "escríbele a [correo]"),
        (
            "Mercedes quiere un Mercedes Benz o un Mercedes-Benz",
            ("Mercedes",),
            "[nombre] quiere un Mercedes Benz o un Mercedes-Benz",
        ),
        ("un auto de 2019 a las 5", ("2019", "5", "", "a"), "un auto de 2019 a las 5"),
        ("a.*b (c", ("a.*b (c",), "[nombre]"),
    ],
)
def test_known_names_in_any_spelling(text: str, names: tuple[str, ...], expected: str) -> None:
    assert redact(text, names=names) == expected


def test_every_car_of_the_catalogue_stays() -> None:
    with CATALOG.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            name = f"{row['make']} {row['model']} {row['year']} {row['version']}"
            line = f"{name}, {row['km']} km, ${row['price']} ({row['stock_id']})"
            assert redact(line) == line


_WORDS = st.sampled_from(["busco un", "Jetta", "cuesta", "¿y", "?", "con", "de enganche,"])


def _amount(value: int) -> st.SearchStrategy[str]:
    return st.sampled_from([f"${value:,}", f"{value}", f"${value:,}.00", f"{value:,} pesos", f"{value // 1000} mil"])


_FACTS = st.one_of(
    st.integers(1_000, 9_999_999).flatmap(_amount),
    st.integers(0, 400_000).flatmap(lambda km: st.sampled_from([f"{km} km", f"{km:,} km"])),
    st.integers(1990, 2027).map(str),
    st.sampled_from(["12 meses", "a 60 meses", "10 %"]),
    st.integers(200_000, 399_999).map(str),
)


@given(st.lists(st.one_of(_WORDS, _FACTS), max_size=8))
def test_facts_are_never_touched(parts: list[str]) -> None:
    # Separate facts stand in a sentence; two bare numbers side by side are a list and carry commas.
    text = ", ".join(parts)
    assert redact(text) == text


_AREA = st.sampled_from(["55", "56", "33", "81", "442", "222", "998", "656"])


@given(
    area=_AREA,
    digits=st.text("0123456789", min_size=8, max_size=8),
    shape=st.integers(0, 4),
    words=st.lists(_WORDS, max_size=4),
)
def test_a_mexican_number_never_stays(area: str, digits: str, shape: int, words: list[str]) -> None:
    local = "1" + digits[1 : 10 - len(area)]
    grouped = f"{local[:-4]} {local[-4:]}"
    number = [
        area + local,
        f"+52{area}{local}",
        f"+52 1 {area} {grouped}",
        f"({area}) {grouped}",
        f"{area}-{grouped.replace(' ', '-')}",
    ][shape]
    text = redact(" ".join([*words, number, *words]))
    assert "[teléfono]" in text
    assert not re.search(r"\d", text)


@given(st.text(max_size=80), st.lists(st.text(max_size=12), max_size=3))
def test_any_text_goes_through_and_twice_is_once(text: str, names: list[str]) -> None:
    once = redact(text, names=names)
    assert redact(once, names=names) == once


@given(st.from_regex(r"[a-z][a-z.]{0,8}[a-z]@[a-z]{2,8}\.(com|mx|com\.mx)", fullmatch=True))
def test_an_address_never_stays(address: str) -> None:
    assert redact(f"mi correo es {address} gracias") == "mi correo es [correo] gracias"
