"""Payments by numpy_financial: the reference that the bot's own arithmetic is held against."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy_financial as npf

from bot_core.financing.plan import FinancingRules


@dataclass(frozen=True, slots=True)
class ReferencePlan:
    """MXN; `monthly` by term in months, half-up to cents. Empty when nothing is left to finance."""

    price: Decimal
    down_payment: Decimal
    monthly: dict[int, Decimal]


def reference_plan(
    price: Decimal, rules: FinancingRules, *, down_payment: Decimal | None = None, percent: Decimal | None = None
) -> ReferencePlan:
    """The plan for `price`: no down payment means the minimum, less than the minimum is raised to it."""
    minimum = _cents(price * rules.minimum_down_payment_percent / 100)
    wanted = down_payment if down_payment is not None else minimum
    if down_payment is None and percent is not None:
        wanted = _cents(price * percent / 100)
    paid = min(max(wanted, minimum), price)
    loan = price - paid
    terms = rules.terms if loan > 0 else ()
    return ReferencePlan(price, paid, {term: _cents(_pmt(loan, term, rules)) for term in terms})


def reference_limits(monthly: Decimal, rules: FinancingRules) -> dict[int, Decimal]:
    """The largest loan (MXN, half-up to a peso) that `monthly` pays, by term."""
    return {term: _present_value(monthly, term, rules).quantize(Decimal(1), ROUND_HALF_UP) for term in rules.terms}


def is_affordable(
    price: Decimal, monthly: Decimal, term: int, rules: FinancingRules, *, down_payment: Decimal | None = None,
    percent: Decimal | None = None,
) -> bool:  # fmt: skip
    """True when the payment for `price` over `term` stays within `monthly`; a peso of rounding is forgiven."""
    plan = reference_plan(price, rules, down_payment=down_payment, percent=percent)
    if down_payment is not None and plan.down_payment > down_payment:
        return False
    return plan.monthly.get(term, Decimal(0)) <= monthly + 1


def _pmt(loan: Decimal, term: int, rules: FinancingRules) -> Decimal:
    return Decimal(npf.pmt(rules.annual_rate / 12, term, -loan))


def _present_value(monthly: Decimal, term: int, rules: FinancingRules) -> Decimal:
    return Decimal(npf.pv(rules.annual_rate / 12, term, -monthly))


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
