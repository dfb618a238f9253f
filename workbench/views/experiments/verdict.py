"""Better, worse, or not enough evidence: every metric's difference with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from workbench.evaluation.findings.records import Comparison, Findings, MetricComparison
from workbench.evaluation.findings.wording import sentence_of
from workbench.evaluation.statistics.metrics import MetricKind, Unit
from workbench.evaluation.statistics.sentences import amount, level, metric_label
from workbench.texts.texts import text
from workbench.views.experiments import place, preferences
from workbench.views.experiments.charts import COLOURS, fixed, named_rows, row_height
from workbench.views.figures import plain

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_TABLE = "experiment-metrics"


def show(_found: Findings, comparison: Comparison | None) -> None:
    if comparison is None:
        return
    title = text("experiments.differences", a=comparison.baseline, b=comparison.candidate)
    st.subheader(plain(title), anchor=False, help=text("experiments.verdict_help"))
    rates = [row for row in comparison.metrics if row.kind is MetricKind.RATE and row.unit is Unit.SHARE]
    if rates:
        st.plotly_chart(
            _forest(rates, comparison), width="stretch", config={"displayModeBar": False}, key="experiment-forest"
        )
    _table(comparison)
    if comparison.preferences:
        preferences.show(comparison)


def _forest(rows: list[MetricComparison], comparison: Comparison) -> Figure:
    """A dot for each rate's difference with its 95 % interval; right of zero the candidate is better."""
    from plotly import graph_objects

    figure = graph_objects.Figure()
    signs = [1 if row.higher_is_better else -1 for row in rows]
    figure.add_scatter(
        x=[100 * row.difference * sign for row, sign in zip(rows, signs, strict=True)],
        y=list(range(len(rows))),
        mode="markers",
        marker={"size": 11, "color": [_colour(row) for row in rows], "symbol": "diamond"},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [100 * (row.high - row.difference) for row in rows],
            "arrayminus": [100 * (row.difference - row.low) for row in rows],
            "thickness": 2,
            "width": 5,
            "color": COLOURS[5],
        },
        customdata=[sentence_of(row, comparison) for row in rows],
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure.add_vline(x=0, line={"width": 1, "dash": "dot", "color": COLOURS[5]})
    fixed(figure, height=row_height(len(rows)), x_title=text("experiments.differences_axis"))
    named_rows(figure, [metric_label(row.metric) for row in rows])
    return figure


def _colour(row: MetricComparison) -> str:
    return {"better": COLOURS[2], "worse": COLOURS[4]}.get(row.decision.value, COLOURS[5])


def _table(comparison: Comparison) -> None:
    st.caption(text("experiments.open_row"))
    chosen = st.dataframe(
        [_row(row, comparison) for row in comparison.metrics],
        hide_index=True,
        width="stretch",
        key=_TABLE,
        on_select="rerun",
        selection_mode="single-row",
    )
    rows: list[int] = chosen["selection"]["rows"]
    if rows:
        row = comparison.metrics[rows[0]]
        st.markdown(plain(sentence_of(row, comparison)))
        with st.container(horizontal=True):
            for label, cases in (("experiments.wins", row.better), ("experiments.losses", row.worse)):
                _jump(label, cases, metric_label(row.metric), comparison.candidate)


def _jump(label: str, cases: tuple[str, ...], metric: str, candidate: str) -> None:
    title = f"{text(label, b=candidate)} {len(cases)}"
    st.button(
        plain(title),
        key=label,
        disabled=not cases,
        icon=":material/forum:",
        on_click=place.show_conversations,
        args=(cases, f"{metric} · {title}"),
    )


def _row(row: MetricComparison, comparison: Comparison) -> dict[str, Any]:
    return {
        text("experiments.metric"): metric_label(row.metric),
        comparison.baseline: level(row.a, row.unit),
        comparison.candidate: level(row.b, row.unit),
        text("experiments.difference"): amount(row.difference, row.unit, signed=True),
        text("experiments.interval"): (
            f"{amount(row.low, row.unit, signed=True)} … {amount(row.high, row.unit, signed=True)}"
        ),
        text("experiments.verdict"): text(f"experiments.decision_{row.decision.value}"),
        text("experiments.wins", b=comparison.candidate): len(row.better),
        text("experiments.losses", b=comparison.candidate): len(row.worse),
        text("experiments.sentence"): sentence_of(row, comparison),
    }
