"""The form that makes a golden case of a conversation: filled in already, to be saved within half a minute."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bot_core.errors import DatasetError
from bot_core.store.records import ConversationLog
from workbench import session
from workbench.evaluation.dataset.case import MAX_TURNS, Difficulty
from workbench.roles import Role
from workbench.runner.bots import BotChoice
from workbench.texts.texts import section, text
from workbench.views.figures import plain
from workbench.views.pieces.permission import refusal

_LINE_PIXELS = 24
_LEAST_PIXELS, _MOST_PIXELS = 180, 420


def show_save_case(conversation: str, turns: Sequence[ConversationLog], choice: BotChoice) -> None:
    shelf = session.workbench().cases
    with st.container(horizontal=True, vertical_alignment="center", key="case-heading"):
        st.subheader(text("case.heading"), anchor=False, help=text("case.intro"))
        st.button(text("case.cancel"), on_click=session.save_case, args=(False,))
    draft = shelf.draft(turns)
    with st.form(f"case-{conversation}-{len(turns)}", border=False):
        why = st.text_input(
            text("case.why"), max_chars=200, placeholder=text("case.why_placeholder"), help=text("case.why_help")
        )
        left, right = st.columns([3, 2])
        tags = left.multiselect(
            text("case.tags"), sorted(shelf.tags.names | {"safety"}), help=text("case.tags_help"),
            placeholder=text("case.tags_placeholder"),
        )  # fmt: skip
        difficulty = right.selectbox(
            text("case.difficulty"),
            list(Difficulty),
            index=1,
            format_func=lambda one: section("difficulties")[one.value],
        )
        written = st.text_area(
            text("case.turns"), draft, height=_height(draft), help=text("case.turns_help"), key=f"turns-{conversation}"
        )
        st.caption(text("case.redacted"))
        if len(turns) > MAX_TURNS:
            st.caption(text("case.too_long", count=MAX_TURNS))
        refused = refusal(Role.EDITOR)
        pressed = st.form_submit_button(
            text("case.save"), type="primary", icon="📌", disabled=refused is not None, help=refused
        )
    if pressed:
        _save(why, written or "", tags, difficulty or Difficulty.MEDIUM)
    st.caption(plain(text("case.release", release=session.workbench().bots.release_name(choice))))


def _save(why: str, turns: str, tags: Sequence[str], difficulty: Difficulty) -> None:
    try:
        case = session.workbench().cases.save(why=why, turns_yaml=turns, tags=tags, difficulty=difficulty)
    except DatasetError as error:
        st.error(text("case.refused", fault=plain(str(error.args[0]))), icon="⚠️")
        return
    session.dataset.clear()
    session.save_case(False)
    session.notify(text("case.saved", case=plain(case.id)))
    st.rerun()


def _height(draft: str) -> int:
    return min(max(_LEAST_PIXELS, _LINE_PIXELS * draft.count("\n")), _MOST_PIXELS)
