"""Which of the two variants the judge prefers, where it was asked to compare."""

from __future__ import annotations

import streamlit as st

from workbench.evaluation.findings.records import PreferenceFinding, PreferenceShare
from workbench.evaluation.statistics.metrics import Unit
from workbench.evaluation.statistics.sentences import level
from workbench.texts.texts import text
from workbench.views.experiments import place
from workbench.views.figures import plain


def show(found: PreferenceFinding) -> None:
    st.subheader(text("experiments.preferences"), anchor=False, help=text("experiments.preferences_help"))
    for kind in found.warnings:
        st.warning(text(f"experiments.judge_warning_{kind}"), icon="⚠️")
    with st.container(horizontal=True):
        _jump("prefers_b", found.candidate.keys)
        _jump("prefers_tie", found.tie.keys)
        _jump("prefers_a", found.baseline.keys)
        _jump("prefers_unscored", found.unscored)
    st.markdown(plain(" ".join([_decided(found), _flips(found)])))
    if found.same or found.left_out:
        st.caption(text("experiments.preferences_aside", same=len(found.same), left_out=len(found.left_out)))


def _jump(label: str, keys: tuple[str, ...]) -> None:
    title = f"{text(f'experiments.{label}')} {len(keys)}"
    st.button(
        title,
        key=f"experiment-{label}",
        disabled=not keys,
        icon=":material/forum:",
        on_click=place.show_conversations,
        args=(keys, title),
    )


def _decided(found: PreferenceFinding) -> str:
    if found.decided.share is None:
        return text("experiments.preferences_undecided")
    share = level(found.decided.share, Unit.SHARE)
    return text("experiments.preferences_said", share=share, p=f"{found.p_value:.3f}", **_bounds(found.decided))


def _flips(found: PreferenceFinding) -> str:
    if found.flips.share is None:
        return ""
    count = len(found.flips.keys)
    return text("experiments.preferences_flips", count=count, asked=found.asked, **_bounds(found.flips))


def _bounds(share: PreferenceShare) -> dict[str, str]:
    return {"low": level(share.low or 0.0, Unit.SHARE), "high": level(share.high or 0.0, Unit.SHARE)}
