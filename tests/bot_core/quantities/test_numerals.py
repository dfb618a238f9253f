from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot_core.quantities.numerals import is_grouped, parse_numeral


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("250000", 250000),
        ("250,000", 250000),
        ("250.000", 250000),
        ("1.250.000", 1250000),
        ("1'250,000", 1250000),
        ("313'999", 313999),
        ("100 000", 100000),
        ("1\u202f200\u202f000", 1200000),
        ("250,000.50", "250000.50"),
        ("250.000,50", "250000.50"),
        ("8195.83", "8195.83"),
        ("1,2", "1.2"),
        ("0.500", "0.500"),
        ("٢٥٠", 250),
    ],
)
def test_separators(literal: str, value: int | str) -> None:
    assert parse_numeral(literal) == Decimal(value)


def test_one_dot_is_a_decimal_point_before_a_scale() -> None:
    assert parse_numeral("1.200", scaled=True) == Decimal("1.2")
    assert parse_numeral("1.200") == 1200


def test_a_run_of_digits_too_long_to_be_meant_is_no_number() -> None:
    assert parse_numeral("9" * 16) is None
    assert parse_numeral("9" * 15) == Decimal("9" * 15)


@pytest.mark.parametrize(("literal", "grouped"), [("2018", False), ("2,018", True), ("1.5", False), ("100 000", True)])
def test_grouped(literal: str, grouped: bool) -> None:
    assert is_grouped(literal) is grouped


@given(st.integers(1_000, 999_999_999))
def test_every_grouping_gives_the_same_value(number: int) -> None:
    commas = f"{number:,}"
    assert {parse_numeral(commas.replace(",", sign)) for sign in (",", ".", " ")} == {Decimal(number)}
    assert parse_numeral(commas + ".25") == Decimal(number) + Decimal("0.25")
