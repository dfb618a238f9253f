"""What a financing simulation holds. The arithmetic is in bot_core.financing.calculator."""

from __future__ import annotations

from decimal import Decimal

from bot_core.messages import Frozen


class FinancingRules(Frozen):
    """The product's rules; settings, not facts of the model."""

    annual_rate: Decimal = Decimal("0.10")
    """Nominal annual rate; the monthly rate is a twelfth of it."""
    terms: tuple[int, ...] = (36, 48, 60, 72)
    """Months."""
    minimum_down_payment_percent: Decimal = Decimal(10)
    """Per cent of the price."""


class Plan(Frozen):
    """One term of a quote. `monthly` in MXN, rounded half-up to cents."""

    term_months: int
    monthly: Decimal


class Quote(Frozen):
    """A simulation for one car: price = down payment + loan, all MXN."""

    stock_id: str | None = None
    price: Decimal
    down_payment: Decimal
    loan: Decimal
    plans: tuple[Plan, ...]
    raised_to_minimum: bool = False
    """True when the customer offered less than the minimum, and the quote uses the minimum instead."""
    minimum_down_payment: Decimal


class LoanLimit(Frozen):
    """The largest loan (MXN, half-up to a peso) that a monthly payment covers over a term."""

    term_months: int
    loan: Decimal
