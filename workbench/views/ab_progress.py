"""An experiment under way: how far it is, what has passed so far, and a way to stop it."""

from __future__ import annotations

import streamlit as st

from workbench import session
from workbench.records import ExperimentProgress, RunProgress
from workbench.texts.texts import text
from workbench.views.figures import plain


def show_progress(progress: ExperimentProgress) -> None:
    st.header(plain(progress.name), anchor=False)
    st.caption(text("ab.running"))
    for run in progress.runs:
        _run(run)
    st.button(
        text("ab.cancel"),
        icon=":material/stop_circle:",
        help=text("ab.cancel_help"),
        on_click=session.workbench().experiments.cancel,
        args=(progress.experiment_id,),
    )


def _run(run: RunProgress) -> None:
    done = run.done / run.total if run.total else 0.0
    state = (
        text("ab.progress", done=run.done, total=run.total, passed=run.passed, failed=run.failed)
        if run.total
        else text("ab.waiting")
    )
    st.progress(done, text=f"**{plain(run.variant)}** · {state}")
