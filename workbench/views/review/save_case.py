"""The reviewed conversation as a golden case, up to the reply in question."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bot_core.errors import DatasetError
from workbench import session
from workbench.evaluation.dataset.case import MAX_TURNS, Difficulty
from workbench.roles import Role
from workbench.runner.review.items import Reviewed, logged_turns
from workbench.texts.texts import section, text
from workbench.views.figures import plain
from workbench.views.pieces.permission import refusal
from workbench.views.review import place

_PIXELS = 260


def show_save_case(reviewed: Reviewed) -> None:
    """Made when it is opened only."""
    name = reviewed.item.tracking_id
    box = st.expander(text("case.heading"), icon="📌", key=f"review-case-{name}", on_change="rerun")
    if box.open:
        with box:
            _form(reviewed)


def _form(reviewed: Reviewed) -> None:
    shelf, refused = session.workbench().cases, refusal(Role.EDITOR)
    st.caption(text("case.intro"))
    with st.form(f"case-{reviewed.item.tracking_id}", border=False):
        why = st.text_input(
            text("case.why"),
            " ".join((place.typed("notes", reviewed.item) or "").split()),
            max_chars=200,
            placeholder=text("case.why_placeholder"),
            help=text("case.why_help"),
        )
        left, right = st.columns([3, 2])
        tags = left.multiselect(
            text("case.tags"),
            sorted(shelf.tags.names | {"safety"}),
            help=text("case.tags_help"),
            placeholder=text("case.tags_placeholder"),
        )
        difficulty = right.selectbox(
            text("case.difficulty"),
            list(Difficulty),
            index=1,
            format_func=lambda one: section("difficulties")[one.value],
        )
        written = st.text_area(
            text("case.turns"), shelf.draft(logged_turns(reviewed)), height=_PIXELS, help=text("case.turns_help")
        )
        st.caption(text("case.redacted"))
        if len(reviewed.turns) > MAX_TURNS:
            st.caption(text("case.too_long", count=MAX_TURNS))
        if st.form_submit_button(
            text("case.save"), type="primary", icon="📌", disabled=refused is not None, help=refused
        ):
            _save(why, written or "", tags, difficulty or Difficulty.MEDIUM)


def _save(why: str, turns: str, tags: Sequence[str], difficulty: Difficulty) -> None:
    if not session.may(Role.EDITOR):
        st.error(section("role_needed")["editor"])
        return
    try:
        case = session.workbench().cases.save(why=why, turns_yaml=turns, tags=tags, difficulty=difficulty)
    except DatasetError as error:
        st.error(text("case.refused", fault=plain(str(error.args[0]))), icon="⚠️")
        return
    session.dataset.clear()
    st.success(plain(text("case.saved", case=case.id)), icon="📌")
