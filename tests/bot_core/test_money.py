"""Pesos: rounded once, half-up, shown as customers read them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot_core.money import format_mxn, round_to_cents


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        ("0.005", "0.01"),
        ("0.0049", "0.00"),
        ("8195.825", "8195.83"),
        ("8195.815", "8195.82"),
        ("-0.005", "-0.01"),
        ("5", "5.00"),
    ],
)
def test_half_a_cent_goes_up(amount: str, rounded: str) -> None:
    assert str(round_to_cents(Decimal(amount))) == rounded


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("313999", "$313,999"), ("8195.83", "$8,195.83"), ("8195.80", "$8,195.80"), ("0", "$0"), ("999.999", "$1,000"),
     ("1234567.005", "$1,234,567.01"), ("461999.0", "$461,999"), ("0.5", "$0.50")],
)  # fmt: skip
def test_as_customers_read_it(amount: str, shown: str) -> None:
    assert format_mxn(Decimal(amount)) == shown


@given(amount=st.decimals(min_value=0, max_value=10**10, places=4))
def test_what_is_shown_is_the_rounded_amount(amount: Decimal) -> None:
    shown = format_mxn(amount)
    assert Decimal(shown.replace("$", "").replace(",", "")) == round_to_cents(amount)
    assert abs(round_to_cents(amount) - amount) <= Decimal("0.005")
