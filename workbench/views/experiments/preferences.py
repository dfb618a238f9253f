"""Which of the two variants the judge prefers, where it was asked to compare."""

from __future__ import annotations

import streamlit as st

from workbench.evaluation.findings.labels import label
from workbench.evaluation.findings.records import Comparison, PreferenceFinding, PreferenceShare
from workbench.evaluation.statistics.metrics import Unit
from workbench.evaluation.statistics.sentences import level
from workbench.texts.texts import text
from workbench.views.experiments import place
from workbench.views.figures import plain


def show(comparison: Comparison) -> None:
    found = comparison.preferences
    assert found
    st.subheader(text("experiments.preferences"), anchor=False, help=text("experiments.preferences_help"))
    for kind in found.warnings:
        st.warning(label("judge_warnings", kind), icon="⚠️")
    with st.container(horizontal=True):
        _jump("candidate", text("experiments.prefers", name=comparison.candidate), found.candidate.keys)
        _jump("tie", text("experiments.prefers_tie"), found.tie.keys)
        _jump("baseline", text("experiments.prefers", name=comparison.baseline), found.baseline.keys)
        _jump("unscored", text("experiments.prefers_unscored"), found.unscored)
    st.markdown(plain(" ".join([_decided(found, comparison.candidate), _flips(found)])))
    if found.same or found.left_out:
        st.caption(text("experiments.preferences_aside", same=len(found.same), left_out=len(found.left_out)))


def _jump(outcome: str, said: str, keys: tuple[str, ...]) -> None:
    title = f"{said} {len(keys)}"
    st.button(
        plain(title),
        key=f"experiment-prefers-{outcome}",
        disabled=not keys,
        icon=":material/forum:",
        on_click=place.show_conversations,
        args=(keys, title),
    )


def _decided(found: PreferenceFinding, candidate: str) -> str:
    if found.decided.share is None:
        return text("experiments.preferences_undecided")
    share = level(found.decided.share, Unit.SHARE)
    p = f"{found.p_value:.3f}"
    return text("experiments.preferences_said", b=candidate, share=share, p=p, **_bounds(found.decided))


def _flips(found: PreferenceFinding) -> str:
    if found.flips.share is None:
        return ""
    count = len(found.flips.keys)
    return text("experiments.preferences_flips", count=count, asked=found.asked, **_bounds(found.flips))


def _bounds(share: PreferenceShare) -> dict[str, str]:
    return {"low": level(share.low or 0.0, Unit.SHARE), "high": level(share.high or 0.0, Unit.SHARE)}
