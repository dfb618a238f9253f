"""What click's ranges let through: "nan" lies in every one."""

from __future__ import annotations

import math

import typer


def finite(value: float | None) -> float | None:
    """Callback of an option. Raises BadParameter, which click tells in one line."""
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter(f"{value} is no amount")
    return value
