"""The conversation on the first phone as a golden case."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bot_core.store.records import ConversationLog
from workbench import session
from workbench.runner.bots import BotChoice
from workbench.texts.texts import text
from workbench.views.figures import plain
from workbench.views.pieces.case_form import case_form


def show_save_case(conversation: str, turns: Sequence[ConversationLog], choice: BotChoice) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="case-heading"):
        st.subheader(text("case.heading"), anchor=False, help=text("case.intro"))
        st.button(text("case.cancel"), on_click=session.save_case, args=(False,))
    if saved := case_form(turns, key=f"{conversation}-{len(turns)}"):
        session.save_case(False)
        session.notify(plain(saved.notice))
        st.rerun()
    st.caption(plain(text("case.release", release=session.workbench().bots.release_name(choice))))
