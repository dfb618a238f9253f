"""Which intents were understood in place of which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from workbench.evaluation.findings.records import NONE, Comparison, Confusion, Findings, VariantFindings
from workbench.texts.texts import section, text
from workbench.views.experiments import place
from workbench.views.experiments.charts import fixed, row_height
from workbench.views.figures import plain, share

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def show(found: Findings, _comparison: Comparison | None) -> None:
    if not any(variant.confusion.turns for variant in found.variants):
        st.info(text("experiments.confusion_none"))
        return
    for variant in found.variants:
        with st.container(border=True):
            _variant(variant)


def _variant(variant: VariantFindings) -> None:
    confusion = variant.confusion
    title = text("experiments.confusion_of", name=variant.name)
    st.subheader(plain(title), anchor=False, help=text("experiments.confusion_help"))
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.plotly_chart(
            _matrix(confusion), width="stretch", config={"displayModeBar": False}, key=f"confusion-{variant.name}"
        )
    with right:
        _mix_ups(variant)
    st.dataframe(
        [
            {
                text("experiments.intent"): _name(row.intent),
                text("experiments.expected"): row.expected,
                text("experiments.precision"): _share(row.precision),
                text("experiments.recall"): _share(row.recall),
                text("experiments.f1"): _share(row.f1),
            }
            for row in confusion.quality
            if row.intent != NONE
        ],
        hide_index=True,
        width="stretch",
    )


def _matrix(confusion: Confusion) -> Figure:
    """Shaded by the share of the row, with the counts written in."""
    from plotly import graph_objects

    names = [_name(intent) for intent in confusion.intents]
    counts = [
        [cell.count if (cell := confusion.cell(expected, found)) else 0 for found in confusion.intents]
        for expected in confusion.intents
    ]
    shares = [[count / max(sum(row), 1) for count in row] for row in counts]
    figure = graph_objects.Figure(
        graph_objects.Heatmap(
            z=shares,
            x=names,
            y=names,
            text=[[str(count) if count else "" for count in row] for row in counts],
            texttemplate="%{text}",
            colorscale=[[0, "rgba(63,116,255,0.04)"], [1, "rgba(63,116,255,0.85)"]],
            zmin=0,
            zmax=1,
            showscale=False,
            hovertemplate="%{y} → %{x}: %{text}<extra></extra>",
            xgap=2,
            ygap=2,
        )
    )
    fixed(figure, height=row_height(len(names)) + 60, x_title=text("experiments.found"))
    figure.update_yaxes(autorange="reversed", title_text=text("experiments.expected"))
    return figure


def _mix_ups(variant: VariantFindings) -> None:
    """Each a way to its conversations."""
    wrong = [cell for cell in variant.confusion.cells if cell.expected != cell.found]
    st.markdown(f"**{text('experiments.confusions')}**")
    if not wrong:
        st.caption(text("experiments.confusions_none"))
    for cell in sorted(wrong, key=lambda cell: -cell.count):
        label = f"{_name(cell.expected)} → {_name(cell.found)}"
        st.button(
            plain(f"{label} · {cell.count}"),
            key=f"confusion-{variant.name}-{cell.expected}-{cell.found}",
            icon=":material/forum:",
            on_click=place.show_conversations,
            args=(cell.keys, f"{variant.name}: {label}"),
        )


def _name(intent: str) -> str:
    return section("intents").get(intent, intent) if intent != NONE else "–"


def _share(value: float | None) -> str:
    return "–" if value is None else share(value)
