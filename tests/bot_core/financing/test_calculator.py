"""The reference figures to the cent, the same formula from an independent library, and the product's rules."""

from __future__ import annotations

from decimal import Decimal

import numpy_financial
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot_core.financing.calculator import (
    largest_loan,
    largest_price,
    minimum_down_payment,
    monthly_payment,
    quote,
)
from bot_core.financing.plan import FinancingRules

RULES = FinancingRules()
PESO = Decimal(1)
CENT = Decimal("0.01")

REFERENCE = [
    ("313999", "60000", ["8195.83", "6442.07", "5396.73", "4705.54"]),
    ("265999", "120000", ["4710.98", "3702.91", "3102.05", "2704.75"]),
    ("300000", "60000", ["7744.12", "6087.02", "5099.29", "4446.20"]),
    ("250000", "50000", ["6453.44", "5072.52", "4249.41", "3705.17"]),
]
SIMPLE_INTEREST_OVERSTATES = {36: "11.9", 48: "15.0", 60: "17.7", 72: "20.0"}

amounts = st.decimals(min_value=Decimal(1), max_value=Decimal(5_000_000), places=2)
shares = st.decimals(min_value=Decimal(0), max_value=Decimal(1), places=4)
terms = st.sampled_from(RULES.terms)
rates = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("0.60"), places=4)


@pytest.mark.parametrize(("price", "down_payment", "monthly"), REFERENCE)
def test_reference_payments(price: str, down_payment: str, monthly: list[str]) -> None:
    found = quote(Decimal(price), RULES, down_payment=Decimal(down_payment))
    assert [plan.term_months for plan in found.plans] == [36, 48, 60, 72]
    assert [str(plan.monthly) for plan in found.plans] == monthly
    assert found.loan == Decimal(price) - Decimal(down_payment)
    assert not found.raised_to_minimum


def test_reference_loans_for_five_thousand_a_month() -> None:
    limits = largest_loan(Decimal(5_000), RULES)
    assert [(limit.term_months, str(limit.loan)) for limit in limits] == [
        (36, "154956"), (48, "197141"), (60, "235327"), (72, "269893"),
    ]  # fmt: skip


@pytest.mark.parametrize(("term", "per_cent"), SIMPLE_INTEREST_OVERSTATES.items())
def test_it_is_not_simple_interest(term: int, per_cent: str) -> None:
    """A cheap detector of the wrong formula: simple interest overstates by a known share at each term."""
    loan = Decimal(250_000)
    simple = loan * (1 + RULES.annual_rate * term / 12) / term
    over = (simple / monthly_payment(loan, term, RULES) - 1) * 100
    assert f"{over:.1f}" == per_cent


@given(loan=amounts, term=terms, rate=rates)
def test_the_same_as_an_independent_library(loan: Decimal, term: int, rate: Decimal) -> None:
    ours = monthly_payment(loan, term, FinancingRules(annual_rate=rate))
    theirs = -numpy_financial.pmt(float(rate) / 12, term, float(loan))
    assert abs(float(ours) - theirs) <= 0.00501


@given(loan=amounts, term=terms)
def test_the_payments_pay_the_loan_off(loan: Decimal, term: int) -> None:
    """Month by month: what is left at the end is no more than the rounding of a cent a month, with its interest."""
    balance, monthly, rate = loan, monthly_payment(loan, term, RULES), RULES.annual_rate / 12
    for _ in range(term):
        balance = balance * (1 + rate) - monthly
    assert abs(balance) <= Decimal("0.006") * term * 2


def test_a_rate_of_zero_divides_evenly() -> None:
    free = FinancingRules(annual_rate=Decimal(0))
    assert monthly_payment(Decimal(36_000), 36, free) == Decimal(1_000)
    assert largest_loan(Decimal(1_000), free)[0].loan == Decimal(36_000)


def test_nothing_to_pay_for_nothing() -> None:
    assert monthly_payment(Decimal(0), 36, RULES) == 0


@given(price=amounts)
def test_without_a_down_payment_the_minimum_is_used(price: Decimal) -> None:
    found = quote(price, RULES)
    assert found.down_payment == found.minimum_down_payment == minimum_down_payment(price, RULES)
    assert abs(found.down_payment * 10 - price) <= Decimal("0.05")
    assert not found.raised_to_minimum


@given(price=amounts, share=shares)
def test_price_is_down_payment_and_loan(price: Decimal, share: Decimal) -> None:
    found = quote(price, RULES, down_payment=price * share)
    assert found.down_payment + found.loan == found.price == price
    assert found.minimum_down_payment <= found.down_payment <= price
    assert found.raised_to_minimum == ((price * share).quantize(CENT, "ROUND_HALF_UP") < found.minimum_down_payment)
    assert all(plan.monthly == monthly_payment(found.loan, plan.term_months, RULES) for plan in found.plans)
    assert bool(found.plans) == (found.loan > 0)


@given(loan=amounts, more=amounts, term=terms)
def test_a_larger_loan_or_a_shorter_term_costs_more_a_month(loan: Decimal, more: Decimal, term: int) -> None:
    assert monthly_payment(loan + more, term, RULES) >= monthly_payment(loan, term, RULES)
    assert monthly_payment(loan, term, RULES) >= monthly_payment(loan, term + 12, RULES)


def test_a_down_payment_below_the_minimum_is_raised_and_marked() -> None:
    found = quote(Decimal(300_000), RULES, down_payment=Decimal(10_000))
    assert (found.down_payment, found.raised_to_minimum) == (Decimal(30_000), True)


def test_the_minimum_is_a_setting() -> None:
    rules = FinancingRules(minimum_down_payment_percent=Decimal(20))
    assert quote(Decimal(300_000), rules).down_payment == Decimal(60_000)
    free = FinancingRules(minimum_down_payment_percent=Decimal(0))
    assert quote(Decimal(300_000), free, down_payment=Decimal(0)).loan == Decimal(300_000)


@pytest.mark.parametrize(
    ("percent", "down_payment"), [("20", "62799.80"), ("10", "31399.90"), ("5", "31399.90"), ("33.3", "104561.67")]
)
def test_a_down_payment_in_per_cent(percent: str, down_payment: str) -> None:
    found = quote(Decimal(313_999), RULES, down_payment_percent=Decimal(percent))
    assert str(found.down_payment) == down_payment
    assert found.raised_to_minimum == (Decimal(percent) < 10)


def test_an_amount_wins_over_a_percentage() -> None:
    both = quote(Decimal(300_000), RULES, down_payment=Decimal(90_000), down_payment_percent=Decimal(50))
    assert both.down_payment == Decimal(90_000)


@pytest.mark.parametrize("down_payment", ["300000", "300001", "9000000"])
def test_a_down_payment_that_covers_the_price_leaves_nothing_to_finance(down_payment: str) -> None:
    found = quote(Decimal(300_000), RULES, down_payment=Decimal(down_payment))
    assert (found.down_payment, found.loan, found.plans) == (Decimal(300_000), Decimal(0), ())


@pytest.mark.parametrize("price", ["0", "-1"])
def test_a_price_must_be_positive(price: str) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        quote(Decimal(price), RULES)


def test_negative_money_is_refused() -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        quote(Decimal(300_000), RULES, down_payment=Decimal(-1))
    with pytest.raises(ValueError, match="must not be negative"):
        quote(Decimal(300_000), RULES, down_payment_percent=Decimal(-5))
    with pytest.raises(ValueError, match="must not be negative"):
        largest_loan(Decimal("-0.01"), RULES)
    with pytest.raises(ValueError, match="must be positive"):
        monthly_payment(Decimal(-1), 36, RULES)
    with pytest.raises(ValueError, match="must be positive"):
        monthly_payment(Decimal(1), 0, RULES)


@given(monthly=st.decimals(min_value=Decimal(500), max_value=Decimal(50_000), places=2))
def test_the_inverse_question_comes_back(monthly: Decimal) -> None:
    """The payment of the largest loan is the budget, but for the rounding to a peso."""
    for limit in largest_loan(monthly, RULES):
        assert abs(monthly_payment(limit.loan, limit.term_months, RULES) - monthly) <= Decimal("0.03")


@given(
    monthly=st.decimals(min_value=Decimal(500), max_value=Decimal(50_000), places=0),
    cash=st.decimals(min_value=Decimal(0), max_value=Decimal(500_000), places=0),
    term=terms,
)
def test_the_dearest_price_is_within_reach_and_a_peso_more_is_not(monthly: Decimal, cash: Decimal, term: int) -> None:
    price = largest_price(monthly, term, cash, RULES)
    if price > 0:
        found = quote(price, RULES, down_payment=cash)
        assert not found.raised_to_minimum
        assert next((p.monthly for p in found.plans if p.term_months == term), Decimal(0)) <= monthly
    above = quote(price + 2 * PESO, RULES, down_payment=cash)
    paid = next((p.monthly for p in above.plans if p.term_months == term), Decimal(0))
    assert above.raised_to_minimum or paid >= monthly


def test_without_a_minimum_cash_does_not_cap_the_price() -> None:
    free = FinancingRules(minimum_down_payment_percent=Decimal(0))
    assert largest_price(Decimal(5_000), 36, Decimal(0), free) == Decimal(154_956)
    assert largest_price(Decimal(5_000), 36, Decimal(0), RULES) == 0
