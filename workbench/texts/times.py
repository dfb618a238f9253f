"""Times as every screen, report and command writes them: milliseconds below one second."""

from __future__ import annotations

_SECOND = 0.9995
"""From here on milliseconds would be rounded to 1000."""
_EXACT = 10.0
"""Milliseconds below which a tenth still tells something."""


def seconds(value: float) -> str:
    """`0.0031` → `"3.1 ms"`, `0.25` → `"250 ms"`, `2.5` → `"2.50 s"`."""
    return " ".join(split(value))


def split(value: float, *, beside: float = 0.0) -> tuple[str, str]:
    """Digits and unit of `value`, which is not negative; in the unit of the longer one of it and `beside`."""
    if max(value, beside) >= _SECOND:
        return f"{value:,.2f}", "s"
    milliseconds = 1000 * value
    digits = f"{milliseconds:.1f}" if milliseconds < _EXACT else f"{milliseconds:.0f}"
    return ("0" if digits == "0.0" else digits), "ms"
