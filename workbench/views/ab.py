"""Two variants on the same cases: choose them, watch the run, read what came out."""

from __future__ import annotations

import streamlit as st

from bot_core.errors import NotFound
from workbench import session
from workbench.records import ExperimentProgress, RunStatus
from workbench.texts.texts import section, text
from workbench.views.ab_builder import show_builder
from workbench.views.ab_progress import show_progress
from workbench.views.ab_results import show_results
from workbench.views.figures import plain, shortened

POLL_SECONDS = 0.5
_TITLE_LENGTH = 30
_UNDER_WAY = (RunStatus.QUEUED, RunStatus.RUNNING)


def show() -> None:
    session.keep_experiment_place()
    opened = session.experiment_id()
    _sidebar(opened)
    if opened is None:
        show_builder()
        return
    desk = session.workbench().experiments
    try:
        progress = desk.progress(opened)
    except NotFound:
        st.info(text("ab.gone"))
        return
    if progress.status in _UNDER_WAY:
        st.fragment(_watch, run_every=POLL_SECONDS)(opened)
        return
    if progress.problem:
        st.error(text("ab.failed", problem=plain(progress.problem)), icon="⚠️")
    show_results(desk.record(opened))


def _watch(experiment_id: str) -> None:
    progress = session.workbench().experiments.progress(experiment_id)
    if progress.status not in _UNDER_WAY:
        st.rerun()
    show_progress(progress)


def _sidebar(opened: str | None) -> None:
    with st.sidebar:
        st.button(
            text("ab.new"),
            icon=":material/add:",
            type="primary",
            width="stretch",
            help=text("ab.new_help"),
            on_click=session.open_experiment,
            args=(None,),
        )
        st.subheader(text("ab.past"), anchor=False)
        past = session.workbench().experiments.list()
        if not past:
            st.caption(text("ab.past_none"))
        for progress in past:
            st.button(
                plain(_title(progress)),
                key=f"open-{progress.experiment_id}",
                help=text("ab.past_help"),
                type="secondary" if progress.experiment_id == opened else "tertiary",
                width="stretch",
                on_click=session.open_experiment,
                args=(progress.experiment_id,),
            )


def _title(progress: ExperimentProgress) -> str:
    marks = section("run_marks")
    mark = marks.get(progress.status.value, marks[RunStatus.FAILED.value])
    return f"{mark} {shortened(progress.name, _TITLE_LENGTH)}"
