"""Tables on standard output."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_PIPED_WIDTH = 140


def table_console() -> Console:
    """Nothing that it prints is markup: variants, cases and experiments have the names that people gave them."""
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = max(console.width, _PIPED_WIDTH)
    return console
