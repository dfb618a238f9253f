"""Level (French) amortisation with exact decimals.

payment = loan · r / (1 − (1 + r)^−n), r = annual rate / 12, n months (the annuity formula of any finance textbook).
The language model never computes a number: whatever a reply says about money comes from here.
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, localcontext

from bot_core.financing.plan import FinancingRules, LoanLimit, Plan, Quote
from bot_core.money import round_to_cents

_EXACT = Context(prec=50)
"""Enough digits that rounding happens only once, at the end."""

_MONTHS = Decimal(12)
_HUNDRED = Decimal(100)


def monthly_payment(loan: Decimal, term_months: int, rules: FinancingRules) -> Decimal:
    """Level payment in MXN, half-up to cents. Raises ValueError for a negative loan or a term below one month."""
    if loan < 0 or term_months < 1:
        raise ValueError(f"loan {loan} and term {term_months} must be positive")
    with localcontext(_EXACT):
        return round_to_cents(loan / _annuity(term_months, rules))


def minimum_down_payment(price: Decimal, rules: FinancingRules) -> Decimal:
    """The product rule's share of `price`, in MXN, half-up to cents."""
    with localcontext(_EXACT):
        return round_to_cents(price * rules.minimum_down_payment_percent / _HUNDRED)


def quote(
    price: Decimal,
    rules: FinancingRules,
    *,
    down_payment: Decimal | None = None,
    down_payment_percent: Decimal | None = None,
    stock_id: str | None = None,
) -> Quote:
    """Payments for every term. Without a down payment the minimum is used; less than the minimum is raised to it and
    marked. A down payment that covers the price leaves nothing to finance: no plans. Amounts in MXN.

    Raises ValueError for a price that is not positive or a negative down payment.
    """
    if price <= 0:
        raise ValueError(f"price {price} must be positive")
    minimum = minimum_down_payment(price, rules)
    wanted = _wanted(price, down_payment, down_payment_percent, minimum)
    if wanted < 0:
        raise ValueError(f"down payment {wanted} must not be negative")
    paid = min(max(wanted, minimum), price)
    loan = price - paid
    terms = rules.terms if loan > 0 else ()
    return Quote(
        stock_id=stock_id,
        price=price,
        down_payment=paid,
        loan=loan,
        plans=tuple(Plan(term_months=term, monthly=monthly_payment(loan, term, rules)) for term in terms),
        raised_to_minimum=wanted < minimum,
        minimum_down_payment=minimum,
    )


def largest_loan(monthly: Decimal, rules: FinancingRules) -> tuple[LoanLimit, ...]:
    """For each term the largest loan (MXN, half-up to a peso) that `monthly` pays. Raises ValueError below zero.

    Rounded as the reference figures of docs/financing.md are: its payment may exceed `monthly` by a cent.
    """
    if monthly < 0:
        raise ValueError(f"monthly payment {monthly} must not be negative")
    return tuple(
        LoanLimit(term_months=term, loan=_loan(monthly, term, rules).quantize(Decimal(1), rounding=ROUND_HALF_UP))
        for term in rules.terms
    )


def largest_price(monthly: Decimal, term_months: int, down_payment: Decimal, rules: FinancingRules) -> Decimal:
    """The dearest price (MXN, whole pesos) that `monthly` over `term_months` and `down_payment` reach together.

    The minimum down payment caps it: with little cash a larger loan does not help.
    """
    reach = _loan(monthly, term_months, rules) + down_payment
    share = rules.minimum_down_payment_percent / _HUNDRED
    if share == 0:
        return _floored(reach)
    with localcontext(_EXACT):
        return _floored(min(reach, down_payment / share))


def _wanted(price: Decimal, down_payment: Decimal | None, percent: Decimal | None, minimum: Decimal) -> Decimal:
    if down_payment is not None:
        return round_to_cents(down_payment)
    return minimum if percent is None else round_to_cents(price * percent / _HUNDRED)


def _annuity(term_months: int, rules: FinancingRules) -> Decimal:
    """Present value of one peso a month."""
    rate = rules.annual_rate / _MONTHS
    if rate == 0:
        return Decimal(term_months)
    return (1 - (1 + rate) ** -term_months) / rate


def _loan(monthly: Decimal, term_months: int, rules: FinancingRules) -> Decimal:
    with localcontext(_EXACT):
        return monthly * _annuity(term_months, rules)


def _floored(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1), rounding=ROUND_FLOOR)
