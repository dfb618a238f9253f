"""Pass rates of two variants with their intervals, one line for each scorer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.evaluation.compare import Rate, ScorerComparison
from workbench.texts.texts import section, text
from workbench.views.figures import share

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_ROW_PIXELS = 46
_MARGIN_PIXELS = 96
_OFFSET = 0.16
"""A above the line of its scorer, B below."""
_COLOURS = ("#3f74ff", "#f2994a")


def rates_chart(scorers: Sequence[ScorerComparison]) -> Figure:
    """Dots with Wilson 95 % intervals; a scorer that scored nothing in either run has no line."""
    from plotly import graph_objects

    shown = [scorer for scorer in scorers if scorer.a.scored or scorer.b.scored]
    figure = graph_objects.Figure()
    for name, colour, offset in zip("AB", _COLOURS, (-_OFFSET, _OFFSET), strict=True):
        rates = [(index, scorer.a if name == "A" else scorer.b) for index, scorer in enumerate(shown)]
        figure.add_trace(_dots(name, colour, offset, [(index, rate) for index, rate in rates if rate.scored]))
    figure.update_layout(
        height=_MARGIN_PIXELS + _ROW_PIXELS * len(shown),
        margin={"l": 8, "r": 16, "t": 36, "b": 36},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        hoverlabel={"align": "left"},
    )
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%", title_text=text("ab.chart_axis"), fixedrange=True)
    names = [section("scorers").get(scorer.scorer, scorer.scorer) for scorer in shown]
    figure.update_yaxes(
        tickvals=list(range(len(shown))),
        ticktext=names,
        range=[len(shown) - 0.4, -0.6],
        fixedrange=True,
        zeroline=False,
    )
    return figure


def _dots(name: str, colour: str, offset: float, rates: Sequence[tuple[int, Rate]]) -> dict[str, object]:
    shares = [rate.share or 0.0 for _, rate in rates]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": text("ab.variant", name=name),
        "x": shares,
        "y": [index + offset for index, _ in rates],
        "marker": {"color": colour, "size": 11, "symbol": "circle" if name == "A" else "diamond"},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [(rate.high or 0.0) - (rate.share or 0.0) for _, rate in rates],
            "arrayminus": [(rate.share or 0.0) - (rate.low or 0.0) for _, rate in rates],
            "color": colour,
            "thickness": 2,
            "width": 5,
        },
        "customdata": [interval(rate) for _, rate in rates],
        "hovertemplate": "%{customdata}<extra>" + name + "</extra>",
    }


def interval(rate: Rate) -> str:
    """`"93 % (78–98 %), 28 de 30"`; words when nothing was scored."""
    if rate.share is None or rate.low is None or rate.high is None:
        return text("ab.not_scored")
    return text(
        "ab.rate",
        share=share(rate.share),
        low=f"{rate.low * 100:.0f}",
        high=share(rate.high),
        passed=rate.passed,
        scored=rate.scored,
    )
