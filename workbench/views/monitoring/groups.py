"""Who uses and costs what: by agent, intent, model and release."""

from __future__ import annotations

import streamlit as st

from workbench.runner.monitoring import Report
from workbench.storage.activity.figures import GROUPINGS, Group, Grouping
from workbench.texts.texts import section, text
from workbench.texts.times import seconds
from workbench.views.figures import share


def show_groups(report: Report) -> None:
    names = section("groupings")
    by = st.segmented_control(
        text("monitoring.group_by"),
        list(GROUPINGS),
        format_func=names.__getitem__,
        default=GROUPINGS[0],
        required=True,
        key="monitoring-grouping",
        help=text("monitoring.group_by_help"),
    )
    groups = report.groups[by or GROUPINGS[0]]
    if not groups:
        st.caption(text("monitoring.no_points"))
        return
    st.dataframe([_row(by or GROUPINGS[0], group) for group in groups], hide_index=True, width="stretch")


def _row(by: Grouping, group: Group) -> dict[str, str]:
    whole_turns = by in ("intent", "release")
    return {
        section("groupings")[by]: _name(by, group.name),
        text("monitoring.turns") if whole_turns else text("monitoring.calls"): f"{group.calls:,}",
        text("monitoring.tokens_in"): f"{group.input_tokens:,}",
        text("monitoring.tokens_out"): f"{group.output_tokens:,}",
        text("monitoring.cost"): f"US${group.usd:,.4f}",
        text("monitoring.p50"): seconds(group.p50),
        text("monitoring.p95"): seconds(group.p95),
        text("monitoring.failed"): share(group.failed),
        text("monitoring.fallback"): share(group.fallback),
    }


def _name(by: Grouping, name: str) -> str:
    words = {"agent": section("agents"), "intent": section("intents")}.get(by, {})
    return words.get(name, name)
