"""One cell of the catalogue file to its value. A cell that is wrong raises ValueError whose text says why."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from bot_core.money import round_to_cents
from bot_core.normalization import fold

OLDEST_YEAR = 1980
_DIMENSIONS_MM = (500, 12_000)
_SMALLEST, _LARGEST = Decimal("1e-6"), Decimal("1e9")


def required(cell: str) -> str:
    if not cell:
        raise ValueError("is blank")
    return cell


def _number(cell: str) -> Decimal:
    try:
        value = Decimal(required(cell))
    except InvalidOperation as error:
        raise ValueError(f"{cell!r} is not a number") from error
    # Bounded before any arithmetic: 1e999999 is a number, but not one to compute with.
    if not value.is_finite() or (value and not _SMALLEST < value.copy_abs() < _LARGEST):
        raise ValueError(f"{cell!r} is not a number")
    return value


def _whole(cell: str) -> int:
    value = _number(cell)
    if value != value.to_integral_value():
        raise ValueError(f"{cell!r} is not a whole number")
    return int(value)


def price(cell: str) -> Decimal:
    value = _number(cell)
    rounded = round_to_cents(value)
    if rounded <= 0:
        raise ValueError(f"{cell!r} is not a price in MXN")
    return rounded if rounded % 1 else rounded.quantize(Decimal(1))


def kilometres(cell: str) -> int:
    value = _whole(cell)
    if not 0 <= value < 3_000_000:
        raise ValueError(f"{cell!r} is not a distance in km")
    return value


def year(cell: str) -> int:
    value = _whole(cell)
    latest = datetime.now(UTC).year + 1
    if not OLDEST_YEAR <= value <= latest:
        raise ValueError(f"{cell!r} is not a year from {OLDEST_YEAR} to {latest}")
    return value


def millimetres(cell: str) -> int | None:
    if not cell:
        return None
    value = int(_number(cell).to_integral_value())
    low, high = _DIMENSIONS_MM
    if not low <= value <= high:
        raise ValueError(f"{cell!r} is not a length in mm from {low} to {high}")
    return value


def yes_or_unknown(cell: str) -> bool | None:
    """Blank is "unknown", never "no"."""
    if not cell:
        return None
    if fold(cell) != "si":
        raise ValueError(f"{cell!r} is neither Sí nor blank")
    return True
