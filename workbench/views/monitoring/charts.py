"""Charts of one look: time on the x axis by Mexico City's clock, few lines, the exact figure on hover."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

import streamlit as st

from workbench.storage.activity.figures import Point
from workbench.texts.texts import text

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_HEIGHT = 260
_COLOURS = ("#3f74ff", "#f2994a", "#0a9b84", "#8a5cf6", "#d64562", "#64748b")
"""Those of the theme, readable on light and dark."""
_CLOCK = "%d/%m %H:%M"
_DAY = "%d/%m"
_ALONE = 1
"""One point draws no line: it needs a dot."""
_MOST_TICKS = 6
Reading = Callable[[Point], float | None]


def draw(title: str, figure: Figure, *, key: str, help: str | None = None) -> None:  # noqa: A002 - Streamlit's name
    st.markdown(f"**{title}**", help=help)
    st.plotly_chart(figure, width="stretch", config={"displayModeBar": False}, key=key)


def bars(points: Sequence[Point], readings: Sequence[tuple[str, Reading]], *, unit: str = "") -> Figure:
    """Stacked; each reading has its name."""
    return _figure(points, [_bar(points, name, read, unit) for name, read in readings], barmode="stack")


def lines(
    points: Sequence[Point], readings: Sequence[tuple[str, Reading]], *, unit: str = "", percent: bool = False
) -> Figure:
    """`percent` shows shares from 0 to 1 as such."""
    figure = _figure(points, [_line(points, name, read, unit, percent=percent) for name, read in readings])
    if percent:
        figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    return figure


def _figure(points: Sequence[Point], traces: Sequence[dict[str, Any]], **layout: Any) -> Figure:
    from plotly import graph_objects

    figure = graph_objects.Figure(data=list(traces))
    figure.update_layout(
        height=_HEIGHT,
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        hovermode="x unified",
        colorway=_COLOURS,
        showlegend=len(traces) > 1,
        **layout,
    )
    # Figures only: Plotly knows the names of months in English.
    days = all(point.at.time() == time.min for point in points)
    clock = _DAY if days else _CLOCK
    # At buckets only: between them Plotly would name times that nobody counted, or the same one twice.
    ticks = _times(points)[:: -(-len(points) // _MOST_TICKS)]
    figure.update_xaxes(fixedrange=True, tickvals=ticks, tickformat=clock, hoverformat=clock)
    figure.update_yaxes(fixedrange=True, rangemode="tozero")
    return figure


def _bar(points: Sequence[Point], name: str, read: Reading, unit: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": name,
        "x": _times(points),
        "y": [read(point) for point in points],
        "hovertemplate": f"%{{y:,.4~g}}{unit}",
    }


def _line(points: Sequence[Point], name: str, read: Reading, unit: str, *, percent: bool) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(points) <= _ALONE else "lines",
        "name": name,
        "x": _times(points),
        "y": [read(point) for point in points],
        "connectgaps": False,
        "hovertemplate": "%{y:.1%}" if percent else f"%{{y:.3~g}}{unit}",
    }


def _times(points: Sequence[Point]) -> list[datetime]:
    return [point.at for point in points]


def nothing() -> None:
    st.caption(text("monitoring.no_points"))
