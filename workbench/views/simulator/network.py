"""What may go wrong between the customer's phone and the bot."""

from __future__ import annotations

import streamlit as st

from workbench import session
from workbench.texts.texts import text

_DELAYS = (0.0, 1.0, 3.0, 8.0, 20.0)


def show_network() -> None:
    through = st.toggle(
        text("chat.whatsapp"), session.via_whatsapp(), key="via_whatsapp", help=text("chat.whatsapp_help")
    )
    session.choose_whatsapp(through)
    if through:
        return
    st.select_slider(
        text("chat.delay"),
        _DELAYS,
        format_func=lambda seconds: f"{seconds:.0f} s",
        key=session.DELAY,
        help=text("chat.delay_help"),
    )
    st.toggle(text("chat.twice"), key=session.TWICE, help=text("chat.twice_help"))
    st.toggle(text("chat.late"), key=session.LATE, help=text("chat.late_help"))
