"""Two stored runs of any experiments, compared."""

from __future__ import annotations

import streamlit as st

from bot_core.errors import StoreError
from workbench import session
from workbench.records import RunRecord, RunStatus
from workbench.texts.texts import text
from workbench.views.experiments import place
from workbench.views.experiments.results import draw
from workbench.views.figures import day_and_time, shortened
from workbench.views.pieces.heading import empty_state, heading

_LISTED = 100
_TITLE_LENGTH = 40


def show_pair() -> None:
    heading(text("experiments.pair"), text("experiments.pair_intro"), help=text("experiments.pair_help"))
    runs = _runs()
    if len(runs) < 2:
        empty_state("🧪", text("experiments.pair_none"), text("experiments.past_none"))
        return
    chosen = place.pair()
    names = list(runs)
    left, right = st.columns(2, gap="large")
    with left:
        a = _choose("experiments.pair_a", runs, chosen[0] if chosen[0] in runs else names[1])
    with right:
        b = _choose("experiments.pair_b", runs, chosen[1] if chosen[1] in runs else names[0])
    place.choose_pair(a, b)
    if a == b:
        st.warning(text("experiments.pair_same"))
        return
    draw(session.workbench().findings.of_pair(a, b))


def _choose(label: str, runs: dict[str, RunRecord], wanted: str) -> str:
    return str(
        st.selectbox(
            text(label),
            list(runs),
            index=list(runs).index(wanted),
            format_func=lambda run_id: _title(runs[run_id]),
            key=f"experiment-{label}",
        )
    )


def _title(run: RunRecord) -> str:
    return text(
        "experiments.pair_run",
        variant=run.variant.name,
        experiment=shortened(run.experiment_name, _TITLE_LENGTH),
        at=day_and_time(run.started_at),
    )


def _runs() -> dict[str, RunRecord]:
    """Finished runs, the newest first."""
    found: dict[str, RunRecord] = {}
    for folder in session.workbench().experiments.files.list(_LISTED):
        try:
            record = folder.record()
        except StoreError:
            continue  # a folder of another version takes no other run with it
        if record.status in (RunStatus.FINISHED, RunStatus.CANCELLED):
            found |= {run.run_id: run for run in record.runs}
    return found
