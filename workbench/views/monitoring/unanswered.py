"""What customers asked for and did not get, with examples that open the conversation."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from workbench.runner.monitoring import Report
from workbench.runner.privacy import redacted
from workbench.storage.activity.figures import Example, Unanswered
from workbench.storage.activity.rows import MEXICO_CITY
from workbench.storage.activity.search import Search
from workbench.texts.media import media_named
from workbench.texts.texts import section, text
from workbench.views.conversations.place import FILTERS, write_search
from workbench.views.figures import day_and_time, plain, shortened
from workbench.views.pieces.heading import empty_state
from workbench.views.pieces.links import go_to

_WORDS = 100


def show_unanswered(report: Report) -> None:
    if not report.unanswered:
        empty_state("✅", text("monitoring.all_answered"), text("monitoring.all_answered_help"))
        return
    st.caption(text("monitoring.unanswered_intro"))
    for number, found in enumerate(report.unanswered):
        _reason(report, found, first=number == 0)


def _reason(report: Report, found: Unanswered, *, first: bool) -> None:
    name = section("gaps").get(found.reason, found.reason)
    with st.expander(plain(text("monitoring.reason", name=name, count=found.turns)), expanded=first):
        for number, example in enumerate(found.examples):
            _example(found.reason, number, example)
        if st.button(text("monitoring.see_all"), key=f"all-{found.reason}", icon=":material/search:"):
            go_to("conversations", **{FILTERS: write_search(_search(report, found.reason))})


def _example(reason: str, number: int, example: Example) -> None:
    said, detail = (
        shortened(media_named(redacted(example.said, example.name)), _WORDS),
        redacted(example.detail, example.name),
    )
    with st.container(border=True, gap=None, key=f"conversation-{reason}-{number}"):
        if st.button(
            plain(said), key=f"example-{reason}-{number}", type="tertiary", help=text("conversations.open_help")
        ):
            go_to("conversations", charla=example.conversation_id, turno=example.tracking_id)
        st.caption(plain(" · ".join(part for part in (day_and_time(example.at), detail) if part)))


def _search(report: Report, reason: str) -> Search:
    period = report.period
    last = (period.end - timedelta(seconds=1)).astimezone(MEXICO_CITY).date()
    return Search(gap=reason, channel=period.channel, first=period.start.astimezone(MEXICO_CITY).date(), last=last)
