"""Two variants on the same cases: choose them, watch the run, read what came out."""

from __future__ import annotations

import streamlit as st

from workbench import session
from workbench.records import ExperimentRecord, RunStatus
from workbench.texts.texts import section, text
from workbench.views.ab_builder import show_builder
from workbench.views.ab_progress import show_progress
from workbench.views.ab_results import is_interrupted, show_results
from workbench.views.figures import day_and_time, plain, shortened

POLL_SECONDS = 0.5
_TITLE_LENGTH = 30


def show() -> None:
    session.keep_experiment_place()
    opened = session.experiment_id()
    _sidebar(opened)
    desk = session.workbench().experiments
    if opened is None:
        show_builder()
    elif desk.live(opened):
        st.fragment(_watch, run_every=POLL_SECONDS)(opened)
    elif record := desk.record(opened):
        show_results(record)
    else:
        st.info(text("ab.gone"))


def _watch(experiment_id: str) -> None:
    live = session.workbench().experiments.live(experiment_id)
    if live is None:
        st.rerun()
    show_progress(live)


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
        past = session.workbench().experiments.past()
        if not past:
            st.caption(text("ab.past_none"))
        for record in past:
            st.button(
                plain(_title(record)),
                key=f"open-{record.experiment_id}",
                help=text("ab.past_help"),
                type="secondary" if record.experiment_id == opened else "tertiary",
                width="stretch",
                on_click=session.open_experiment,
                args=(record.experiment_id,),
            )


def _title(record: ExperimentRecord) -> str:
    status = RunStatus.FAILED if is_interrupted(record) else record.status
    mark = section("run_marks")[status.value]
    return f"{mark} {day_and_time(record.started_at)} · {shortened(record.name, _TITLE_LENGTH)}"
