from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot_core.financing.calculator import largest_loan, quote
from bot_core.financing.plan import FinancingRules
from workbench.evaluation.reference.payments import is_affordable, reference_limits, reference_plan

RULES = FinancingRules()
FIGURES = [
    (313_999, 60_000, ("8195.83", "6442.07", "5396.73", "4705.54")),
    (265_999, 120_000, ("4710.98", "3702.91", "3102.05", "2704.75")),
    (300_000, 60_000, ("7744.12", "6087.02", "5099.29", "4446.20")),
    (250_000, 50_000, ("6453.44", "5072.52", "4249.41", "3705.17")),
]


@pytest.mark.parametrize(("price", "down_payment", "payments"), FIGURES)
def test_published_figures(price, down_payment, payments):
    plan = reference_plan(Decimal(price), RULES, down_payment=Decimal(down_payment))
    assert list(plan.monthly.values()) == [Decimal(payment) for payment in payments]


def test_published_loans():
    assert list(reference_limits(Decimal(5000), RULES).values()) == [154_956, 197_141, 235_327, 269_893]


@given(price=st.decimals(50_000, 2_000_000, places=2), percent=st.decimals(0, 120, places=1))
def test_bot_and_reference_agree_to_the_cent(price, percent):
    ours = reference_plan(price, RULES, percent=percent)
    theirs = quote(price, RULES, down_payment_percent=percent)
    assert theirs.down_payment == ours.down_payment
    assert {plan.term_months: plan.monthly for plan in theirs.plans} == ours.monthly


@given(monthly=st.decimals(500, 50_000, places=2))
def test_bot_and_reference_agree_on_loans(monthly):
    computed = {limit.term_months: limit.loan for limit in largest_loan(monthly, RULES)}
    assert computed == reference_limits(monthly, RULES)


def test_the_minimum_down_payment():
    assert reference_plan(Decimal(200_000), RULES).down_payment == 20_000
    assert reference_plan(Decimal(200_000), RULES, down_payment=Decimal(5_000)).down_payment == 20_000


def test_nothing_left_to_finance():
    assert reference_plan(Decimal(200_000), RULES, down_payment=Decimal(300_000)).monthly == {}


def test_affordable_within_a_budget():
    # 269,893 is the largest loan for 5,000 over 72 months.
    assert is_affordable(Decimal(319_893), Decimal(5_000), 72, RULES, down_payment=Decimal(50_000))
    assert not is_affordable(Decimal(321_000), Decimal(5_000), 72, RULES, down_payment=Decimal(50_000))


def test_a_down_payment_below_the_minimum_is_not_enough():
    assert not is_affordable(Decimal(250_000), Decimal(50_000), 72, RULES, down_payment=Decimal(20_000))
