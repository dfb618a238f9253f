"""Which part of the page Modelos y agentes is shown; in the address, so that F5 shows the same."""

from __future__ import annotations

from workbench import session

PART = "seccion"
PARTS = ("machine", "models", "agents")
PROBLEM = "models-problem"
"""Key of what went wrong in a callback: one line, shown once."""


def part() -> str:
    found = session.place(PART)
    return found if found in PARTS else PARTS[0]
