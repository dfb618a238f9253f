"""What customers and models write, number by number. Each row: text → kinds and values, in order."""

from __future__ import annotations

from decimal import Decimal
from time import perf_counter

import pytest

from bot_core.quantities.finder import find_quantities
from bot_core.quantities.quantity import QuantityKind

AMOUNT, KM, YEAR, TERM = QuantityKind.AMOUNT, QuantityKind.KILOMETRES, QuantityKind.YEAR, QuantityKind.TERM
PERCENT, HOUR, NUMBER = QuantityKind.PERCENT, QuantityKind.HOUR, QuantityKind.NUMBER

Found = list[tuple[QuantityKind, Decimal]]


def found(text: str) -> Found:
    return [(quantity.kind, quantity.value) for quantity in find_quantities(text)]


def of(kind: QuantityKind, *values: float | str) -> Found:
    return [(kind, Decimal(str(value))) for value in values]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("$8,195.83", ["8195.83"]),
        ("8,195.83 pesos", ["8195.83"]),
        ("8.195,83", ["8195.83"]),
        ("$8 195.83", ["8195.83"]),
        ("ocho mil ciento noventa y cinco pesos con 83 centavos", ["8195.83"]),
        ("MXN 250,000", [250000]),
        ("MX$250,000.00", [250000]),
        ("250,000MXN", [250000]),
        ("$250 mil", [250000]),
        ("250k", [250000]),
        ("*$250,000* pesos mexicanos", [250000]),
        ("doscientos cincuenta mil pesos", [250000]),
        ("dos cientos cincuenta mil", [250000]),
        ("dosientos sincuenta mil", [250000]),
        ("ciento ochenta mil", [180000]),
        ("treintaiseis mil", [36000]),
        ("veintiún mil pesos", [21000]),
        ("un cuarto de millón", [250000]),
        ("1/4 de millón", [250000]),
        ("medio millón", [500000]),
        ("millón y medio", [1500000]),
        ("2 millones y medio", [2500000]),
        ("1.2 millones", [1200000]),
        ("1,2 millones", [1200000]),
        ("$1.2M", [1200000]),
        ("uno punto dos millones", [1200000]),
        ("1 millón 200 mil", [1200000]),
        ("un millón doscientos", [1200000]),
        ("un millón doscientos pesos", [1000200]),
        ("3 melones", [3000000]),
        ("250.000", [250000]),
        ("250,000.50", ["250000.50"]),
        ("1'250,000", [1250000]),
        ("100 000", [100000]),
        ("80mil", [80000]),
        ("13.5 mil", [13500]),
        ("250 milpesos", [250000]),
        ("entre 180 y 220", [180000, 220000]),
        ("entre 180 y 220 mil", [180000, 220000]),
        ("$180-220 mil", [180000, 220000]),
        ("$180,000-$220,000", [180000, 220000]),
        ("180k-220k", [180000, 220000]),
        ("150/200 mil", [150000, 200000]),
        ("de 3 a 4 mil pesos", [3000, 4000]),
        ("150-200", [150000, 200000]),
        ("unos 200", [200000]),
        ("no más de 280", [280000]),
        ("algo de doscientos", [200000]),
        ("200 máximo", [200000]),
        ("de 200 para abajo", [200000]),
        ("presupuesto: 250", [250000]),
        ("200 varos", [200000]),
        ("200 bolas", [200000]),
        ("200 mil varos", [200000]),
        ("200 pesos", [200]),
        ("$200", [200]),
        ("50 mil de enganche", [50000]),
        ("con 100 de enganche", [100000]),
        ("enganche de 2000", [2000]),
        ("0 de enganche", [0]),
        ("5 mil al mes", [5000]),
        ("5 mil 500 al mes", [5500]),
        ("5,000 mensuales", [5000]),
        ("4500 por mes", [4500]),
        ("900 al mes", [900]),
        ("menos de mil al mes", [1000]),
        ("$5000", [5000]),
        ("queda en 6442", [6442]),
        ("tengo 250000", [250000]),
        ("$1", [1]),
        ("te lo dejo en un peso", [1]),
        ("half a million", [500000]),
        ("a million and a half", [1500000]),
        ("two hundred and fifty thousand", [250000]),
        ("one hundred and twenty thousand pesos", [120000]),
        ("under 250k", [250000]),
        ("250 grand", [250000]),
        ("5k a month", [5000]),
    ],
)
def test_amounts(text: str, values: list[float | str]) -> None:
    assert found(text) == of(AMOUNT, *values)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("45,000 km", [45000]),
        ("45 mil kilómetros", [45000]),
        ("menos de 60 mil km", [60000]),
        ("80 mil kms", [80000]),
        ("45K km", [45000]),
        ("45.000km", [45000]),
        ("80 mil de kilometraje", [80000]),
        ("kilometraje menor a 60 mil", [60000]),
        ("km: 45,000", [45000]),
        ("entre 40 y 60 mil km", [40000, 60000]),
        ("30-50 mil km", [30000, 50000]),
        ("cuarenta y cinco mil kilómetros", [45000]),
        ("2020 km", [2020]),
        ("300 km", [300]),
    ],
)
def test_kilometres(text: str, values: list[float | str]) -> None:
    assert found(text) == of(KM, *values)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("del 2018 pa arriba", [2018]),
        ("modelo 18", [2018]),
        ("mod. 99", [1999]),
        ("2015-2018", [2015, 2018]),
        ("2015 al 18", [2015, 2018]),
        ("del 17 al 19", [2017, 2019]),
        ("18 en adelante", [2018]),
        ("18 pa'rriba", [2018]),
        ("'19", [2019]),
        ("’19 o ’20", [2019, 2020]),
        ("menos de 2018", [2018]),
        ("2019, 2020 y 2021", [2019, 2020, 2021]),
        ("dos mil dieciocho", [2018]),
        ("año dos mil quince a dos mil veinte", [2015, 2020]),
        ("two thousand eighteen", [2018]),
    ],
)
def test_years(text: str, values: list[float | str]) -> None:
    assert found(text) == of(YEAR, *values)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a 48 meses", [48]),
        ("*48* meses", [48]),
        ("a 4 años", [48]),
        ("cuatro años", [48]),
        ("4 años y medio", [54]),
        ("un año", [12]),
        ("tres o cuatro años", [36, 48]),
        ("60 mensualidades", [60]),
        ("12 msi", [12]),
        ("a 48", [48]),
        ("a 48 o 60", [48, 60]),
        ("36, 48, 60 y 72 meses", [36, 48, 60, 72]),
        ("36/48/60/72 meses", [36, 48, 60, 72]),
        ("plazos: 36, 48", [36, 48]),
        ("treinta y seis meses", [36]),
        ("48-month loan", [48]),
        ("a 4-year plan", [48]),
    ],
)
def test_terms(text: str, values: list[float | str]) -> None:
    assert found(text) == of(TERM, *values)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("10%", [10]),
        ("20% de enganche", [20]),
        ("veinte por ciento", [20]),
        ("cien por ciento", [100]),
        ("8.25%", ["8.25"]),
        ("12,5%", ["12.5"]),
        ("de 10 a 20%", [10, 20]),
        ("20 percent down", [20]),
    ],
)
def test_percentages(text: str, values: list[float | str]) -> None:
    assert found(text) == of(PERCENT, *values)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("9:00–18:00", [9, 18]),
        ("6 pm", [18]),
        ("6 p. m.", [18]),
        ("12 am", [0]),
        ("9:00 a.m. a 6:00 p.m.", [9, 18]),
        ("a las 11", [11]),
        ("a las 5 y media", [5.5]),
        ("a las 11:30 hrs", [11.5]),
        ("a la una", [1]),
        ("5 de la tarde", [17]),
        ("de 4 a 6 pm", [16, 18]),
        ("de 9 a 6 pm", [9, 18]),
        ("abrimos de 9 a 6", [9, 6]),
        ("de 9 a 18 hrs", [9, 18]),
        ("10am-7pm", [10, 19]),
        ("5 o'clock", [5]),
    ],
)
def test_hours(text: str, values: list[float | str]) -> None:
    assert found(text) == of(HOUR, *values)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Mazda 3", [3]),
        ("Serie 3", [3]),
        ("un 208", [208]),
        ("ram 1500", [1500]),
        ("peugeot 2008", [2008]),
        ("cincuenta de enganche", [50]),
        ("5 al mes", [5]),
        ("240 puntos", [240]),
        ("24 horas", [24]),
        ("más de 200 opciones", [200]),
        ("300 caballos", [300]),
        ("4.49 m", ["4.49"]),
        ("30k miles", [30000]),
        ("CP 72760", [72760]),
        ("Av. López Mateos Nte 1133", [1133]),
        ("Vasco de Quiroga 200–400", [200, 400]),
        ("5 años de antigüedad", [5]),
        ("que no tenga más de 5 años", [5]),
        ("hace 2 meses", [2]),
        ("la tasa es del 10", [10]),
    ],
)
def test_numbers_whose_meaning_the_words_do_not_tell(text: str, values: list[float | str]) -> None:
    assert found(text) == of(NUMBER, *values)


@pytest.mark.parametrize(
    "text",
    [
        "CX-5", "RAV4", "Grand i10", "F-150", "500X", "HR-V", "4x4", "3er dueño", "BMW 320i", "L200",
        "KV-7F3A9C", "24/11/2026", "2026-11-24", "el 15 de marzo", "del 15 al 18 de marzo de 2027", "15/03",
        "March 15, 2027", "55 1234 5678", "5512345678", "+52 222 123 4567", "222-123-4567",
        "https://kavak.com/250000", "a1b2@c3.mx",
        "uno más barato", "una camioneta", "el segundo", "mil gracias", "millones de gracias", "un Fiat Uno", "",
    ],
)  # fmt: skip
def test_names_dates_phones_and_articles_are_no_numbers(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "hola, busco un nisan vversa de menos de 250 mil y cuánto pagaría al mes a 48 meses con 50 mil de enganche",
            [*of(AMOUNT, 250000), *of(TERM, 48), *of(AMOUNT, 50000)],
        ),
        ("de 2016 a 2019 entre 180 y 250", [*of(YEAR, 2016, 2019), *of(AMOUNT, 180000, 250000)]),
        ("menos de 200 mil y menos de 80 mil km", [*of(AMOUNT, 200000), *of(KM, 80000)]),
        ("mazda 3 y 50 mil de enganche", [*of(NUMBER, 3), *of(AMOUNT, 50000)]),
        ("mazda 3 o 250 mil", [*of(NUMBER, 3), *of(AMOUNT, 250000)]),
        ("un 208 del 18", [*of(NUMBER, 208), *of(YEAR, 2018)]),
        ("peugeot 2008 2019", [*of(NUMBER, 2008), *of(YEAR, 2019)]),
        ("el 2018 k me dijiste", of(YEAR, 2018)),
        ("7 días o 300 km", [*of(NUMBER, 7), *of(KM, 300)]),
        ("48 meses: 6442.07", [*of(TERM, 48), *of(AMOUNT, "6442.07")]),
        ("60 mil de enganche y a 60", [*of(AMOUNT, 60000), *of(TERM, 60)]),
        ("el 15 de enero de 2027 a las 10", of(HOUR, 10)),
        ("1. *Versa* — $215,999 · 45 mil km", [*of(NUMBER, 1), *of(AMOUNT, 215999), *of(KM, 45000)]),
        ("*Versa 2019* — $215,999 - 45,000 km", [*of(YEAR, 2019), *of(AMOUNT, 215999), *of(KM, 45000)]),
        ("2019 - 250 mil", [*of(YEAR, 2019), *of(AMOUNT, 250000)]),
        ("250 mil / 2019", [*of(AMOUNT, 250000), *of(YEAR, 2019)]),
        ("$1,500 a 2000 al mes", of(AMOUNT, 1500, 2000)),
        ("poco kilometraje, 250 mil", of(AMOUNT, 250000)),
        ("250\nmil gracias", of(NUMBER, 250)),
    ],
)
def test_several_in_one_message(text: str, expected: Found) -> None:
    assert found(text) == expected


def test_the_span_of_an_amount_holds_its_currency_and_that_of_a_year_only_its_digits() -> None:
    assert [q.text for q in find_quantities("Versa 2019 en $215,999 pesos, enganche de 50 mil")] == [
        "2019",
        "$215,999 pesos",
        "50 mil",
    ]


@pytest.mark.parametrize(
    "text",
    ["1" * 20_000, "1," * 10_000, "1 " * 10_000, "1-" * 10_000, "12/" * 7_000, "dos " * 5_000, "$" * 20_000,
     "a@" * 10_000, "1(11)" * 4_000, "kilometraje de de de " * 1_000],
)  # fmt: skip
def test_long_nonsense_takes_linear_time(text: str) -> None:
    started = perf_counter()
    find_quantities(text)
    assert perf_counter() - started < 5
