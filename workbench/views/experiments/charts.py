"""One look for the page's charts: no toolbar, no zoom, colours that tell A from B from C."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

COLOURS = ("#3f74ff", "#f2994a", "#0a9b84", "#8a5cf6", "#d64562", "#64748b")
"""As in .streamlit/config.toml; a variant has the colour of its place."""
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x", "star", "hexagon")
"""A variant is never told by its colour alone; seven, so that six colours and they make 42 different pairs."""
_ROW_PIXELS = 44
_VARIANT_PIXELS = 11
_ABOVE = 0.24
"""Of a row's height: from its line up to its name."""
_MARGIN_PIXELS = 96


def row_height(rows: int, variants: int = 1) -> int:
    """More than a few variants in each row need more room, or their dots are one blot."""
    return _MARGIN_PIXELS + max(_ROW_PIXELS, _VARIANT_PIXELS * variants) * max(rows, 1)


def fixed(figure: Figure, *, height: int, x_title: str = "", y_title: str = "") -> None:
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 16, "t": 36, "b": 44},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        hoverlabel={"align": "left"},
    )
    figure.update_xaxes(title_text=x_title, fixedrange=True)
    figure.update_yaxes(title_text=y_title, fixedrange=True, automargin=True)


def named_rows(figure: Figure, names: Sequence[str]) -> None:
    """Row 0 at the top, each with its name above its line: beside the lines the names take a phone's whole width."""
    for row, name in enumerate(names):
        place = {"x": 0, "xref": "paper", "xanchor": "left", "y": row - _ABOVE, "yref": "y", "yanchor": "bottom"}
        figure.add_annotation(text=escape(name, quote=False), showarrow=False, borderpad=0, **place)
    figure.update_xaxes(tickangle=0, nticks=6)
    figure.update_yaxes(showticklabels=False, range=[len(names) - 0.5, -0.8], showgrid=False, zeroline=False)
