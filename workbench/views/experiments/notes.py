"""What a reader of the figures has to know before believing them: other data, a judge that failed, simulator faults."""

from __future__ import annotations

from typing import Any

import streamlit as st

from workbench.evaluation.findings.labels import label
from workbench.evaluation.findings.notes import baseline_note, data_note, faults_figures, unjudged_note
from workbench.evaluation.findings.records import Findings, SimulatedFinding
from workbench.texts.texts import text
from workbench.views.experiments import place
from workbench.views.figures import plain


def show_notes(found: Findings) -> None:
    """Above everything else; nothing when there is nothing to beware of."""
    for difference in found.data_differences:
        st.warning(plain(data_note(difference)), icon="⚠️")
    for answered in found.by_baseline:
        st.warning(plain(baseline_note(answered)), icon="⚠️")
    for one in found.unjudged:
        st.warning(plain(unjudged_note(one)), icon="⚠️")
    for name, simulated in found.simulated.items():
        if simulated.faults:
            st.warning(plain(_faults(name, simulated)), icon="⚠️")


def show_ends(found: Findings) -> None:
    """How the conversations of simulated customers ended; nothing for cases with fixed messages."""
    simulated = found.simulated
    if not simulated:
        return
    st.subheader(text("experiments.ends"), anchor=False, help=text("experiments.ends_help"))
    st.dataframe(_ends(simulated), hide_index=True, width="stretch", key="experiment-ends")
    for name, one in simulated.items():
        st.caption(plain(_faults(name, one)))
        if one.kinds:
            counts = ", ".join(f"{label('simulator_faults', kind.kind)} {len(kind.keys)}" for kind in one.kinds)
            st.caption(plain(text("experiments.fault_kinds", variant=name, kinds=counts)))
    with st.container(horizontal=True):
        for name, one in simulated.items():
            title = text("experiments.see_faults", variant=name, count=len(one.faults))
            st.button(
                plain(title),
                key=f"experiment-faults-{name}",
                disabled=not one.faults,
                icon=":material/forum:",
                on_click=place.show_conversations,
                args=(one.faults, title),
            )


def _ends(simulated: dict[str, SimulatedFinding]) -> list[dict[str, Any]]:
    return [
        {text("experiments.end"): label("ends", row[0].end)}
        | {variant: len(end.keys) for variant, end in zip(simulated, row, strict=True)}
        for row in zip(*(one.ends for one in simulated.values()), strict=True)
    ]


def _faults(variant: str, found: SimulatedFinding) -> str:
    return text("experiments.faults_note", variant=variant, **faults_figures(found))
