"""How often each variant passes each check, and how reliably."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from workbench.evaluation.findings.records import Comparison, Findings, RateFinding, VariantFindings
from workbench.evaluation.statistics.sentences import metric_label
from workbench.texts.texts import text
from workbench.views.experiments import judge, place
from workbench.views.experiments.charts import COLOURS, SYMBOLS, fixed, named_rows, row_height
from workbench.views.experiments.notes import show_ends

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_SPREAD = 0.36
"""Of a row's height, shared by the variants' dots."""


def show(found: Findings, _comparison: Comparison | None) -> None:
    st.subheader(text("experiments.rates"), anchor=False)
    labels = {rate.metric: metric_label(rate.metric) for variant in found.variants for rate in variant.rates}
    st.plotly_chart(
        _chart(found.variants, labels), width="stretch", config={"displayModeBar": False}, key="experiment-rates"
    )
    _table(found.variants, labels)
    _reliability(found.variants)
    judge.show(found)
    show_ends(found)


def _chart(variants: tuple[VariantFindings, ...], labels: dict[str, str]) -> Figure:
    from plotly import graph_objects

    figure = graph_objects.Figure()
    for number, variant in enumerate(variants):
        offset = (number - (len(variants) - 1) / 2) * _SPREAD / max(len(variants), 1)
        shown = [(row, rate) for row, metric in enumerate(labels) if (rate := variant.rate(metric)) and _known(rate)]
        figure.add_scatter(
            name=variant.name,
            mode="markers",
            x=[rate.share for _, rate in shown],
            y=[row + offset for row, _ in shown],
            marker={"color": COLOURS[number % len(COLOURS)], "symbol": SYMBOLS[number % len(SYMBOLS)], "size": 11},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [(rate.high or 0) - (rate.share or 0) for _, rate in shown],
                "arrayminus": [(rate.share or 0) - (rate.low or 0) for _, rate in shown],
                "color": COLOURS[number % len(COLOURS)],
                "thickness": 2,
                "width": 4,
            },
            customdata=[rate_text(rate) for _, rate in shown],
            hovertemplate="%{customdata}<extra>" + variant.name.replace("<", "&lt;") + "</extra>",
        )
    fixed(figure, height=row_height(len(labels), len(variants)), x_title=text("experiments.rates_axis"))
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%")
    named_rows(figure, list(labels.values()))
    return figure


def _known(rate: RateFinding) -> bool:
    return rate.share is not None


def rate_text(rate: RateFinding | None) -> str:
    """`"93.3 % (78–98), 28/30"`."""
    if rate is None or rate.share is None or rate.low is None or rate.high is None:
        return "–"
    scored = len(rate.passed) + len(rate.failed)
    return f"{100 * rate.share:.1f} % ({100 * rate.low:.0f}–{100 * rate.high:.0f}), {len(rate.passed)}/{scored}"


def _table(variants: tuple[VariantFindings, ...], labels: dict[str, str]) -> None:
    rows: list[dict[str, Any]] = [
        {text("experiments.metric"): label} | {variant.name: rate_text(variant.rate(metric)) for variant in variants}
        for metric, label in labels.items()
    ]
    st.caption(text("experiments.open_row"))
    chosen = st.dataframe(
        rows,
        hide_index=True,
        width="stretch",
        key="experiment-rates-table",
        on_select="rerun",
        selection_mode="single-row",
    )
    if picked := chosen["selection"]["rows"]:
        metric = list(labels)[picked[0]]
        with st.container(horizontal=True):
            for variant in variants:
                failed = rate.failed if (rate := variant.rate(metric)) else ()
                origin = f"{labels[metric]} · {variant.name}"
                st.button(
                    f"{origin} · {len(failed)}",
                    key=f"experiment-failed-{variant.name}",
                    disabled=not failed,
                    icon=":material/forum:",
                    on_click=place.show_conversations,
                    args=(failed, origin),
                )


def _reliability(variants: tuple[VariantFindings, ...]) -> None:
    if not any(len(variant.reliability) > 1 for variant in variants):
        return
    from plotly import graph_objects

    st.subheader(text("experiments.reliability"), anchor=False, help=text("experiments.reliability_help"))
    figure = graph_objects.Figure()
    for number, variant in enumerate(variants):
        rows = variant.reliability
        figure.add_scatter(
            name=variant.name,
            mode="lines+markers",
            x=[row.k for row in rows],
            y=[row.share for row in rows],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [row.high - row.share for row in rows],
                "arrayminus": [row.share - row.low for row in rows],
            },
            marker={"color": COLOURS[number % len(COLOURS)], "symbol": SYMBOLS[number % len(SYMBOLS)], "size": 9},
        )
    fixed(figure, height=300, x_title="k", y_title=text("experiments.reliability_axis"))
    figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%")
    figure.update_xaxes(dtick=1)
    st.plotly_chart(figure, width="stretch", config={"displayModeBar": False}, key="experiment-reliability")
