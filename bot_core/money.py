"""Mexican pesos: exact decimals, rounded half-up to cents, and how customers read them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def round_to_cents(amount: Decimal) -> Decimal:
    """Half-up to cents, as the product rule asks."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def format_mxn(amount: Decimal) -> str:
    """`Decimal("313999")` → `"$313,999"`; cents are shown only when there are any: `"$8,195.83"`."""
    cents = round_to_cents(amount)
    return f"${cents:,.0f}" if cents == cents.to_integral_value() else f"${cents:,.2f}"
