"""Experiments: build one, watch it, read what it showed."""

from __future__ import annotations

import streamlit as st

from bot_core.errors import NotFound
from workbench import session
from workbench.records import ExperimentProgress
from workbench.texts.texts import section, text
from workbench.views.experiments import place
from workbench.views.experiments.builder import show_builder
from workbench.views.experiments.pair import show_pair
from workbench.views.experiments.progress import LIVE, show_stopped, show_underway
from workbench.views.experiments.results import show_results
from workbench.views.figures import day_and_time, plain, shortened
from workbench.views.pieces.heading import heading

POLL_SECONDS = 0.5
_LISTED = 30
_TITLE_LENGTH = 30


def show() -> None:
    place.keep()
    _sidebar()
    if place.comparing():
        show_pair()
    elif opened := session.experiment_id():
        _experiment(opened)
    else:
        heading(text("experiments.heading"), text("experiments.intro"), help=text("experiments.help"))
        show_builder()


def _experiment(experiment_id: str) -> None:
    try:
        progress = session.workbench().experiments.progress(experiment_id)
    except NotFound:
        st.info(text("experiments.gone"), icon="🧪")
        return
    st.header(plain(progress.name), anchor=False)
    if progress.status in LIVE:
        st.fragment(_watch, run_every=POLL_SECONDS)(experiment_id)
    else:
        show_stopped(progress)
    if progress.done and (progress.status not in LIVE or place.partial()):
        show_results(progress)
    elif progress.status not in LIVE:
        st.info(text("experiments.nothing"))


def _watch(experiment_id: str) -> None:
    progress = session.workbench().experiments.progress(experiment_id)
    if progress.status not in LIVE:
        st.rerun()
    show_underway(progress)


def _sidebar() -> None:
    with st.sidebar:
        st.button(
            text("experiments.new"),
            icon=":material/add:",
            type="primary",
            width="stretch",
            help=text("experiments.new_help"),
            on_click=place.open_experiment,
            args=(None,),
        )
        st.button(
            text("experiments.pair"),
            icon=":material/compare_arrows:",
            width="stretch",
            help=text("experiments.pair_help"),
            on_click=place.open_pair,
        )
        st.subheader(text("experiments.past"), anchor=False)
        past = session.workbench().experiments.list(limit=_LISTED)
        if not past:
            st.caption(text("experiments.past_none"))
        for progress in past:
            _past(progress)
        for each in session.workbench().experiments.damaged(limit=_LISTED):
            st.caption(text("experiments.damaged", experiment=each.experiment_id, problem=plain(each.problem)))


def _past(progress: ExperimentProgress) -> None:
    status = section("experiment_statuses")[progress.status.value]
    st.button(
        plain(_title(progress)),
        key=f"open-{progress.experiment_id}",
        help=text("experiments.past_help", status=status),
        type="secondary" if progress.experiment_id == session.experiment_id() else "tertiary",
        width="stretch",
        on_click=place.open_experiment,
        args=(progress.experiment_id,),
    )


def _title(progress: ExperimentProgress) -> str:
    mark = section("experiment_marks")[progress.status.value]
    record = session.workbench().experiments.record(progress.experiment_id)
    return f"{mark} {day_and_time(record.started_at)} · {shortened(progress.name, _TITLE_LENGTH)}"
