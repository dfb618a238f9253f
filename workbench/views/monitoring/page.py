"""How the service does: volume, times, failures, cost, opinions, what could not be answered, and the queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import streamlit as st

from workbench import session
from workbench.runner.monitoring import Report
from workbench.texts.texts import section, text
from workbench.views.monitoring import place
from workbench.views.monitoring.alerts import show_banner, show_limits
from workbench.views.monitoring.figures import show_figures
from workbench.views.monitoring.groups import show_groups
from workbench.views.monitoring.queue import show_queue
from workbench.views.monitoring.series import show_cost, show_quality, show_volume
from workbench.views.monitoring.unanswered import show_unanswered
from workbench.views.pieces.heading import empty_state, heading

REFRESH_SECONDS = 15.0


def show() -> None:
    place.keep()
    heading(text("monitoring.heading"), text("monitoring.intro"), help=text("monitoring.heading_help"))
    _period()
    st.fragment(_figures, run_every=REFRESH_SECONDS)()
    with st.expander(text("monitoring.limits"), icon="🔔"):
        show_limits()


def _period() -> None:
    spans, channels = section("spans"), section("channels")
    known = session.workbench().monitoring.channels()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        span = st.segmented_control(
            text("monitoring.period"),
            list(spans),
            format_func=spans.__getitem__,
            default=place.span(),
            required=True,
            key="monitoring-span",
            help=text("monitoring.period_help"),
            wrap=True,
        )
        options = ["", *known]
        channel = st.selectbox(
            text("conversations.channel"),
            options,
            index=options.index(place.channel()) if place.channel() in options else 0,
            format_func=lambda name: channels.get(name, name) if name else text("conversations.all"),
            key="monitoring-channel",
        )
        days = _days() if span == place.CUSTOM else None
    place.choose(span or place.DEFAULT, channel, days)


def _days() -> tuple[date, date] | None:
    chosen = st.date_input(
        text("monitoring.days"),
        place.days(),
        key="monitoring-days",
        format="DD/MM/YYYY",
        help=text("monitoring.days_help"),
    )
    # While somebody has chosen the first day only, the period stays as it was.
    return chosen if isinstance(chosen, tuple) and len(chosen) == 2 else place.days()


def _figures() -> None:
    show_banner()
    report = session.workbench().monitoring.report(place.period())
    if not report.filling.complete:
        filling = report.filling
        st.caption(text("conversations.filling", done=f"{filling.done:,}", total=f"{filling.total:,}"))
    if not report.totals.turns:
        empty_state("📈", text("monitoring.empty"), text("monitoring.empty_help"))
    else:
        show_figures(report)
    names = section("monitoring_tabs")
    tabs = st.tabs(list(names.values()), key="monitoring-tabs", on_change="rerun")
    for tab, name in zip(tabs, names, strict=True):
        # Only the open one: a chart that is drawn where nobody sees it has the wrong width.
        if tab.open:
            with tab:
                _TABS[name](report)


def _cost(report: Report) -> None:
    show_cost(report)
    show_groups(report)


_TABS: Mapping[str, Callable[[Report], None]] = {
    "volume": show_volume,
    "quality": show_quality,
    "cost": _cost,
    "gaps": show_unanswered,
    "queue": lambda _report: show_queue(),
}
