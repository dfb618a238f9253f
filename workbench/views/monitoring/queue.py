"""What waits in the WhatsApp channel at this moment."""

from __future__ import annotations

import streamlit as st

from workbench import session
from workbench.texts.texts import text
from workbench.views.figures import duration
from workbench.views.pieces.heading import empty_state


def show_queue() -> None:
    desk = session.workbench().monitoring
    if not desk.has_channel:
        empty_state("📮", text("monitoring.no_channel"), text("monitoring.no_channel_help"))
        return
    queue = desk.queue()
    if queue is None:
        st.warning(text("monitoring.channel_silent"), icon="⚠️")
        return
    with st.container(horizontal=True, gap="small", key="monitoring-queue"):
        age = duration(queue.oldest_seconds) if queue.waiting else "–"
        for label, value, what in (
            (text("monitoring.waiting"), f"{queue.waiting:,}", text("monitoring.waiting_help")),
            (text("monitoring.oldest"), age, text("monitoring.oldest_help")),
            (text("monitoring.unsent"), f"{queue.unsent:,}", text("monitoring.unsent_help")),
            (text("monitoring.dead"), f"{queue.failed:,}", text("monitoring.dead_help")),
        ):
            st.metric(label, value, help=what, border=True)
