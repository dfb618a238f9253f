"""Who served what, when and why. Lines are only ever added."""

from __future__ import annotations

from typing import Any

import streamlit as st

from bot_core.store.records import Promotion
from workbench import session
from workbench.texts.texts import section, text
from workbench.views.figures import day_and_time
from workbench.views.pieces.heading import empty_state


def show() -> None:
    history = session.workbench().release_desk.history()
    if not history:
        empty_state("🚀", text("releases.no_history"), text("releases.no_history_help"))
        return
    st.dataframe([_row(line) for line in history], hide_index=True, width="stretch")
    st.caption(text("releases.history_help"))


def _row(line: Promotion) -> dict[str, str]:
    return {
        "#": str(line.position),
        text("releases.when"): day_and_time(line.at),
        text("releases.what"): section("release_actions")[line.action.value],
        text("releases.release"): line.release_id,
        text("releases.who"): line.who,
        text("releases.reason"): line.reason,
        text("releases.evidence"): _evidence(line.evidence),
    }


def _evidence(evidence: dict[str, Any]) -> str:
    experiment = str(evidence.get("experiment_id") or "")
    if evidence.get("override"):
        grounds = section("release_ground_names")
        missing = ", ".join(
            grounds.get(str(refusal.get("ground")), str(refusal.get("ground")))
            for refusal in evidence.get("refusals", [])
        )
        return text("releases.overridden", grounds=missing or "–")
    if not experiment:
        return "–"
    return text("releases.experiment_line", experiment=experiment, cases=evidence.get("cases", 0))
