"""How figures of the facts are written: thousands with commas, metres with two decimals."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_MM_IN_A_METRE = Decimal(1000)


def format_km(km: int) -> str:
    """`45000` → `"45,000 km"`."""
    return f"{km:,} km"


def format_metres(millimetres: int) -> str:
    """`4492` → `"4.49 m"`, half-up to a centimetre."""
    metres = (Decimal(millimetres) / _MM_IN_A_METRE).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return f"{metres} m"


def format_percent(percent: Decimal) -> str:
    """`Decimal("10.0")` → `"10%"`; decimals only when there are any."""
    return f"{percent.normalize():f}%"
