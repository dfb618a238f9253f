"""Numbers in words: what the library reads, what it needs help with, and what is no number at all."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot_core.quantities.spelled import spoken_number_at
from bot_core.quantities.tokens import tokenise


def spoken(text: str) -> tuple[Decimal, int] | None:
    found = spoken_number_at(tokenise(text), 0)
    return (found.value, found.length) if found else None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("doscientos cincuenta mil", 250_000),
        ("dos cientos cincuenta mil", 250_000),
        ("ciento ochenta mil quinientos", 180_500),
        ("setescientos mil", 700_000),
        ("quinientas mil", 500_000),
        ("veintidos mil", 22_000),
        ("veintiún mil", 21_000),
        ("treintaicinco mil", 35_000),
        ("cientoochenta mil", 180_000),
        ("un mil", 1_000),
        ("un millón doscientos mil", 1_200_000),
        ("dos melones", 2_000_000),
        ("treinta y seis", 36),
        ("dos mil dieciocho", 2018),
        ("two hundred and fifty thousand", 250_000),
        ("twenty five", 25),
        ("one million", 1_000_000),
    ],
)
def test_the_whole_text_is_one_number(text: str, value: int) -> None:
    assert spoken(text) == (Decimal(value), len(text.split()))


@pytest.mark.parametrize(
    ("text", "value", "length"),
    [
        ("ciento ochenta y doscientos veinte", 180, 2),
        ("veinte por ciento", 20, 1),
        ("cuatro años", 4, 1),
        ("cien mil y", 100_000, 2),
        ("un año", 1, 1),
        ("un peso", 1, 1),
    ],
)
def test_it_stops_where_the_number_ends(text: str, value: int, length: int) -> None:
    assert spoken(text) == (Decimal(value), length)


@pytest.mark.parametrize(
    "text", ["uno más barato", "una camioneta", "un auto", "millones de gracias", "a good one", "y"]
)
def test_articles_and_bare_scales_are_no_numbers(text: str) -> None:
    assert spoken(text) is None


def test_decimals_in_words_are_read_apart() -> None:
    # text2num alone reads "uno punto dos millones" as 1.2 followed by zeros.
    assert spoken("uno punto dos millones") == (Decimal("1.2"), 3)


def test_mil_alone_is_marked() -> None:
    found = spoken_number_at(tokenise("mil gracias"), 0)
    assert found is not None and found.is_scale_alone


def test_number_words_do_not_cross_a_line() -> None:
    assert spoken("doscientos\nmil") == (Decimal(200), 1)
