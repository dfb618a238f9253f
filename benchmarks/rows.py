"""What a benchmark prints: measured against its target."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    measured: str
    target: str
    met: bool | None = None


def show(rows: list[Row]) -> None:
    widths = [
        max(len(text) for text in column)
        for column in zip(*((r.what, r.measured, r.target) for r in rows), strict=True)
    ]
    for row in rows:
        verdict = {True: "met", False: "MISSED", None: ""}[row.met]
        cells = (text.ljust(width) for text, width in zip((row.what, row.measured, row.target), widths, strict=True))
        print("  ".join((*cells, verdict)).rstrip())
