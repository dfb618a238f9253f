"""One look for the page's charts: no toolbar, no zoom, colours that tell A from B from C."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

COLOURS = ("#3f74ff", "#f2994a", "#0a9b84", "#8a5cf6", "#d64562", "#64748b")
"""As in .streamlit/config.toml; a variant has the colour of its place."""
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x", "star")
"""A variant is never told by its colour alone."""
_ROW_PIXELS = 40
_MARGIN_PIXELS = 96


def row_height(rows: int) -> int:
    return _MARGIN_PIXELS + _ROW_PIXELS * max(rows, 1)


def fixed(figure: Figure, *, height: int, x_title: str = "", y_title: str = "") -> None:
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 16, "t": 36, "b": 44},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        hoverlabel={"align": "left"},
    )
    figure.update_xaxes(title_text=x_title, fixedrange=True)
    figure.update_yaxes(title_text=y_title, fixedrange=True, automargin=True)
