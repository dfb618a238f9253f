"""The phone of the real WhatsApp adapter: what is written goes through its webhook, what is shown is what it stored."""

from __future__ import annotations

import streamlit as st

from bot_core.errors import StoreError
from workbench import session
from workbench.components.phone.phone import phone, reported
from workbench.components.pulse.pulse import pulse
from workbench.runner.replies import Waiting
from workbench.runner.sandbox_line import Line
from workbench.runner.whatsapp import WhatsAppChat
from workbench.texts.texts import text
from workbench.views.simulator.bubbles import bubbles
from workbench.views.simulator.reports import rate
from workbench.views.simulator.trace import show_trace

_KEY = "phone-whatsapp"
_CONVERSATION = "whatsapp-sandbox"
_POLL_SECONDS = 1.0


@st.fragment
def show_whatsapp() -> None:
    desk = session.workbench().whatsapp
    problem = _take()
    chat = desk.chat()
    if chat.line is Line.OFF:
        st.info(text("chat.whatsapp_off"), icon="📱")
        st.button(text("chat.whatsapp_start"), type="primary", on_click=desk.start)
    elif chat.line is Line.STARTING:
        st.info(text("chat.whatsapp_starting"), icon="⏳")
    else:
        _show(chat, problem)
    pulse("pulse", every_seconds=None if chat.line is Line.OFF else _POLL_SECONDS)


def _take() -> bool:
    """Send what was written; whether that failed. The phone tells it again until it is stored."""
    report = reported(_KEY)
    if report is None or not session.is_new(_KEY, report.serial):
        return False
    session.select_turn(1, report.selected)
    rate(report)
    try:
        session.workbench().whatsapp.send(report.inbound)
    except StoreError:
        return True
    return False


def _show(chat: WhatsAppChat, problem: bool) -> None:
    _, selected = session.selected_turn()
    turn = next((turn for turn in chat.turns if turn.tracking_id == selected), chat.turns[-1] if chat.turns else None)
    left, right = st.columns([5, 6], gap="large")
    with left, st.container(key="phone-pane"):
        phone(
            _CONVERSATION,
            bubbles(chat.turns, Waiting(queued=chat.pending), selected=turn.tracking_id if turn else None),
            key=_KEY,
            writable=True,
            typing=bool(chat.pending),
            name=text("chat.whatsapp_name"),
        )
        if problem:
            st.error(text("chat.whatsapp_refused"), icon="⚠️")
    with right:
        st.subheader(text("trace.heading"), anchor=False)
        if turn is None:
            st.info(text("chat.whatsapp_empty"), icon="💡")
        else:
            st.caption(text("trace.turn", number=turn.position, total=len(chat.turns)))
            show_trace(turn.trace, key="trace-tab")
