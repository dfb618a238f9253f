"""An experiment under way: how far it is, what has passed so far, and a way to stop it."""

from __future__ import annotations

import streamlit as st

from workbench import session
from workbench.runner.experiments import Live, VariantProgress
from workbench.texts.problems import say
from workbench.texts.texts import text
from workbench.views.figures import plain


def show_progress(live: Live) -> None:
    st.header(plain(live.name), anchor=False)
    if live.problem:
        st.error(text("ab.failed", problem=say(live.problem)), icon="⚠️")
        return
    st.caption(text("ab.running"))
    for variant in live.variants:
        _variant(variant)
    st.button(
        text("ab.cancelling") if live.cancelling else text("ab.cancel"),
        disabled=live.cancelling,
        icon=":material/stop_circle:",
        help=text("ab.cancel_help"),
        on_click=session.workbench().experiments.cancel,
        args=(live.experiment_id,),
    )


def _variant(variant: VariantProgress) -> None:
    done = variant.done / variant.total if variant.total else 0.0
    state = (
        text("ab.progress", done=variant.done, total=variant.total, passed=variant.passed, failed=variant.failed)
        if variant.total
        else text("ab.waiting")
    )
    st.progress(done, text=f"**{plain(variant.name)}** · {state}")
