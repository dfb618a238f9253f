"""How long replies took and what they cost, spread over the conversations."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import streamlit as st

from bot_core.llm.gateway import OFFLINE_MODEL
from workbench.evaluation.findings.records import Comparison, Distribution, Findings, ModelUse, VariantFindings
from workbench.evaluation.statistics.sentences import level, metric_label
from workbench.texts.texts import text
from workbench.views.experiments import place
from workbench.views.experiments.charts import COLOURS, fixed
from workbench.views.figures import dollars, plain

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def show(found: Findings, _comparison: Comparison | None) -> None:
    st.subheader(text("experiments.totals"), anchor=False)
    st.dataframe([_totals(variant) for variant in found.variants], hide_index=True, width="stretch")
    labels = {one.metric: metric_label(one.metric) for variant in found.variants for one in variant.distributions}
    if not labels:
        st.info(text("experiments.spread_none"))
        return
    st.subheader(text("experiments.spread"), anchor=False)
    metric = st.segmented_control(
        text("experiments.quantity"),
        list(labels),
        format_func=lambda name: labels[name],
        default=next(iter(labels)),
        required=True,
        key="experiment-quantity",
        label_visibility="collapsed",
    ) or next(iter(labels))
    shown = [(variant, one) for variant in found.variants if (one := variant.distribution(metric))]
    st.plotly_chart(
        _histogram(shown, labels[metric]), width="stretch", config={"displayModeBar": False}, key="experiment-spread"
    )
    st.dataframe([_quantiles(variant, one) for variant, one in shown], hide_index=True, width="stretch")
    with st.container(horizontal=True):
        for variant, one in shown:
            most = level(one.most, one.unit)
            origin = text("experiments.highest", variant=variant.name, metric=labels[metric], most=most)
            st.button(
                plain(origin),
                key=f"experiment-highest-{variant.name}",
                icon=":material/forum:",
                on_click=place.show_conversations,
                args=(one.highest, origin),
            )


def _histogram(shown: list[tuple[VariantFindings, Distribution]], title: str) -> Figure:
    from plotly import graph_objects

    figure = graph_objects.Figure()
    for number, (variant, one) in enumerate(shown):
        figure.add_bar(
            name=variant.name,
            x=[f"{level(bar.start, one.unit)} – {level(bar.end, one.unit)}" for bar in one.bars],
            y=[bar.count for bar in one.bars],
            marker={"color": COLOURS[number % len(COLOURS)]},
        )
    fixed(figure, height=340, x_title=title, y_title=text("experiments.count"))
    figure.update_layout(barmode="group", bargap=0.15)
    return figure


def _quantiles(variant: VariantFindings, one: Distribution) -> dict[str, Any]:
    values = {"mean": one.mean, "p50": one.p50, "p90": one.p90, "p99": one.p99}
    return {text("experiments.variant_short"): variant.name} | {
        text(f"experiments.{name}"): level(value, one.unit) for name, value in values.items()
    }


def _model_calls(use: ModelUse) -> int:
    """As the metric counts them: the embedded baseline asks no model, unless it stands in for one that failed."""
    return use.fallbacks if use.model == OFFLINE_MODEL else use.calls


def _totals(variant: VariantFindings) -> dict[str, Any]:
    tokens = sum(use.input_tokens + use.output_tokens for use in variant.used)
    return {
        text("experiments.variant_short"): variant.name,
        text("experiments.conversations"): variant.played,
        text("experiments.calls"): sum(_model_calls(use) for use in variant.used),
        text("experiments.fallbacks"): sum(use.fallbacks for use in variant.used),
        text("experiments.tokens"): f"{tokens:,}",
        text("experiments.cost"): dollars(Decimal(str(variant.usd))),
        text("experiments.evaluation_cost"): dollars(Decimal(str(variant.evaluation_usd))),
    }
