"""What went wrong, the commonest fault first."""

from __future__ import annotations

import streamlit as st

from workbench.evaluation.findings.records import Comparison, Findings, VariantFindings
from workbench.evaluation.findings.wording import example_of, reason_of
from workbench.evaluation.statistics.sentences import metric_label
from workbench.texts.texts import text
from workbench.views.experiments import place
from workbench.views.figures import plain


def show(found: Findings, _comparison: Comparison | None) -> None:
    for variant in found.variants:
        st.subheader(plain(text("experiments.failures_of", name=variant.name)), anchor=False)
        if variant.failures:
            _table(variant)
        else:
            st.caption(text("experiments.failures_none" if variant.is_scored else "experiments.failures_unscored"))


def _table(variant: VariantFindings) -> None:
    st.caption(text("experiments.open_row"))
    chosen = st.dataframe(
        [
            {
                text("experiments.count"): group.count,
                text("experiments.scorer"): metric_label(group.scorer),
                text("experiments.reason"): reason_of(group),
                text("experiments.example"): example_of(group),
            }
            for group in variant.failures
        ],
        hide_index=True,
        width="stretch",
        key=f"experiment-failures-{variant.name}",
        on_select="rerun",
        selection_mode="single-row",
    )
    if picked := chosen["selection"]["rows"]:
        group = variant.failures[picked[0]]
        origin = f"{variant.name}: {reason_of(group)}"
        st.button(
            plain(f"{origin} · {group.count}"),
            key=f"experiment-failure-{variant.name}",
            icon=":material/forum:",
            on_click=place.show_conversations,
            args=(group.keys, origin),
        )
