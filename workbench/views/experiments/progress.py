"""An experiment that is not over: how far it is, what it has spent, and how to pause, stop or go on."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import streamlit as st

from bot_core.errors import UserError
from workbench import session
from workbench.records import ExperimentProgress, RunProgress, RunStatus
from workbench.roles import Role
from workbench.texts.problems import say
from workbench.texts.texts import text
from workbench.views.experiments import place
from workbench.views.figures import dollars, duration, plain
from workbench.views.pieces.permission import guarded_button

LIVE = (RunStatus.QUEUED, RunStatus.RUNNING)
_CAN_GO_ON = (RunStatus.PAUSED, RunStatus.INTERRUPTED, RunStatus.OVER_BUDGET, RunStatus.FAILED)
_BUDGET = "experiment-new-budget"


def show_underway(progress: ExperimentProgress) -> None:
    st.caption(text("experiments.running"))
    for run in progress.runs:
        _run(run)
    _pairs(progress)
    _money(progress)
    desk, experiment_id = session.workbench().experiments, progress.experiment_id
    with st.container(horizontal=True):
        guarded_button(
            text("experiments.pause"),
            Role.EDITOR,
            icon=":material/pause:",
            help=text("experiments.pause_help"),
            key="experiment-pause",
            on_click=_ask,
            args=(desk.pause, experiment_id),
        )
        guarded_button(
            text("experiments.cancel"),
            Role.EDITOR,
            icon=":material/stop_circle:",
            help=text("experiments.cancel_help"),
            key="experiment-cancel",
            on_click=_ask,
            args=(desk.cancel, experiment_id),
        )
        if progress.done:
            shown = place.partial()
            st.button(
                text("experiments.partial_refresh" if shown else "experiments.partial"),
                icon=":material/visibility:",
                help=text("experiments.partial_help"),
                key="experiment-partial-button",
                on_click=_show_partial,
            )
    if place.partial() and st.session_state.pop(_FULL_RERUN, False):
        st.rerun()


def show_stopped(progress: ExperimentProgress) -> None:
    """Nothing for one that is finished."""
    if progress.status is RunStatus.CANCELLED:
        st.warning(text("experiments.cancelled"), icon="◼️")
    if progress.status not in _CAN_GO_ON:
        _offer_retry(progress)
        return
    if progress.status is RunStatus.FAILED:
        st.error(text("experiments.failed", problem=plain(progress.problem or "")), icon="⚠️")
    else:
        st.warning(text(f"experiments.{progress.status.value}"), icon="⏸️")
    for run in progress.runs:
        _run(run)
    _pairs(progress)
    _money(progress)
    _go_on(progress)


def _offer_retry(progress: ExperimentProgress) -> None:
    errors = sum(run.errors + run.unjudged for run in progress.runs)
    if progress.status is RunStatus.FINISHED and errors:
        guarded_button(
            text("experiments.retry_errors", errors=errors),
            Role.EDITOR,
            icon=":material/replay:",
            help=text("experiments.retry_errors_help"),
            key="experiment-retry-errors",
            on_click=_retry,
            args=(progress.experiment_id,),
        )


def _run(run: RunProgress) -> None:
    done = min(run.done / run.total, 1.0) if run.total else 0.0
    state = text("experiments.queued")
    if run.total:
        state = text("experiments.progress", done=run.done, total=run.total, passed=run.passed, failed=run.failed)
        state += "".join(_besides(run))
    st.progress(done, text=f"**{plain(run.variant)}** · {state}")


def _besides(run: RunProgress) -> Iterator[str]:
    """What is neither right nor wrong."""
    faults = run.ends.get("simulator_fault", 0)
    if run.errors:
        yield text("experiments.errors", errors=run.errors)
    if faults:
        yield text("experiments.faults", faults=faults)
    if run.unscored > faults:
        yield text("experiments.unscored", unscored=run.unscored - faults)
    if run.baseline_calls:
        yield text("experiments.by_baseline", share=f"{100 * run.baseline_calls / run.model_calls:.1f} %")
    if run.unjudged:
        yield text("experiments.unjudged", replies=run.unjudged)


def _pairs(progress: ExperimentProgress) -> None:
    if progress.pairs_total:
        label = text("experiments.pairs_progress", done=progress.pairs_done, total=progress.pairs_total)
        st.progress(min(progress.pairs_done / progress.pairs_total, 1.0), text=label)


def _money(progress: ExperimentProgress) -> None:
    parts = []
    if progress.usd_spent or progress.budget_usd:
        parts.append(text("experiments.spent", usd=dollars(progress.usd_spent)))
        if progress.usd_reserved:
            parts.append(text("experiments.reserved", usd=dollars(progress.usd_reserved)))
        if progress.budget_usd:
            parts.append(text("experiments.cap", usd=dollars(progress.budget_usd)))
    if progress.seconds_left is not None:
        parts.append(text("experiments.left", time=duration(progress.seconds_left)))
    if parts:
        st.caption(plain("".join(parts).lstrip(" ·")))


def _go_on(progress: ExperimentProgress) -> None:
    over = progress.status is RunStatus.OVER_BUDGET
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if over:
            st.number_input(
                text("experiments.new_budget"),
                min_value=0.01,
                value=round(float(progress.budget_usd or 1) * 2, 2),
                key=_BUDGET,
                width=200,
            )
        guarded_button(
            text("experiments.resume"),
            Role.EDITOR,
            type="primary",
            icon=":material/play_arrow:",
            help=text("experiments.resume_help"),
            key="experiment-resume",
            on_click=_resume,
            args=(progress.experiment_id, over),
        )


_FULL_RERUN = "experiment-full-rerun"


def _show_partial() -> None:
    """The button is inside a fragment, the results are outside of it."""
    place.show_partial()
    st.session_state[_FULL_RERUN] = True


def _ask(what: object, experiment_id: str) -> None:
    if session.may(Role.EDITOR) and callable(what):
        what(experiment_id)
        session.notify(text("experiments.asked"))


def _resume(experiment_id: str, with_budget: bool) -> None:
    if session.may(Role.EDITOR):
        budget = str(Decimal(str(st.session_state[_BUDGET]))) if with_budget else None
        session.workbench().experiments.resume(experiment_id, budget_usd=budget)


def _retry(experiment_id: str) -> None:
    if session.may(Role.EDITOR):
        try:
            session.workbench().experiments.retry_errors(experiment_id)
        except UserError as error:
            session.notify(say(error))
