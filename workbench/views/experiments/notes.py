"""What a reader of the figures has to know before believing them: other data, a judge that failed, simulator faults."""

from __future__ import annotations

from typing import Any

import streamlit as st

from workbench.evaluation.findings.records import (
    DataDifference,
    DataUsed,
    Findings,
    SimulatedFinding,
    UnjudgedFinding,
)
from workbench.evaluation.statistics.metrics import Unit
from workbench.evaluation.statistics.sentences import level, metric_label
from workbench.texts.texts import section, text
from workbench.views.experiments import place
from workbench.views.figures import plain


def show_notes(found: Findings) -> None:
    """Above everything else; nothing when there is nothing to beware of."""
    for difference in found.data_differences:
        st.warning(plain(_other_data(difference)), icon="⚠️")
    for one in found.unjudged:
        st.warning(plain(_unjudged(one)), icon="⚠️")
    for variant in found.variants:
        if variant.simulated and variant.simulated.faults:
            st.warning(plain(_faults(variant.name, variant.simulated)), icon="⚠️")


def show_ends(found: Findings) -> None:
    """How the conversations of simulated customers ended; nothing for cases with fixed messages."""
    simulated = {variant.name: variant.simulated for variant in found.variants if variant.simulated}
    if not simulated:
        return
    st.subheader(text("experiments.ends"), anchor=False, help=text("experiments.ends_help"))
    st.dataframe(_ends(simulated), hide_index=True, width="stretch", key="experiment-ends")
    for name, one in simulated.items():
        st.caption(plain(_faults(name, one)))
        if one.kinds:
            kinds = section("simulator_faults")
            counts = ", ".join(f"{kinds.get(kind.kind, kind.kind)} {len(kind.keys)}" for kind in one.kinds)
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
    names = section("simulated_ends")
    ends = [end.end for end in next(iter(simulated.values())).ends]
    return [
        {text("experiments.end"): names.get(end, end)}
        | {variant: len(found.ends[row].keys) for variant, found in simulated.items()}
        for row, end in enumerate(ends)
    ]


def _faults(variant: str, found: SimulatedFinding) -> str:
    return text(
        "experiments.faults_note",
        variant=variant,
        faults=len(found.faults),
        played=len(found.played),
        share=level(found.fault_share, Unit.SHARE),
        low=level(found.low, Unit.SHARE),
        high=level(found.high, Unit.SHARE),
    )


def _unjudged(one: UnjudgedFinding) -> str:
    return text(
        "experiments.unjudged_missing" if one.missing else "experiments.unjudged_note",
        variant=one.variant,
        metric=metric_label(one.metric),
        replies=one.replies,
        conversations=len(one.keys),
        example=one.example,
    )


def _other_data(difference: DataDifference) -> str:
    data = section("experiment_data").get(difference.data, difference.data)
    return text("experiments.other_data", data=data, used="; ".join(map(_used, difference.used)))


def _used(one: DataUsed) -> str:
    return f"«{one.variant}»: {' '.join(part for part in (one.name, one.digest) if part) or '?'}"
