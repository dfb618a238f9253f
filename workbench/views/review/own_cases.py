"""The cases that people saved: to be read, and removed where one turns out wrong."""

from __future__ import annotations

import streamlit as st

from bot_core.errors import DatasetError
from workbench import session
from workbench.evaluation.findings.labels import label
from workbench.roles import Role
from workbench.runner.cases import KeptCase
from workbench.texts.texts import text
from workbench.views.figures import day_and_time, plain
from workbench.views.pieces.heading import empty_state
from workbench.views.pieces.permission import guarded_button, refusal

_OPENED = "review-own-case"
_MOST = 50


def show_own_cases() -> None:
    shelf = session.workbench().cases
    cases = shelf.kept()
    if not cases:
        empty_state("📌", text("review.own_none"), text("review.own_none_help"))
        return
    st.caption(text("review.own_help"))
    for case in cases[:_MOST]:
        _line(case)
    if len(cases) > _MOST:
        st.caption(plain(text("review.own_more", shown=_MOST, count=len(cases), folder=shelf.folder)))


def _line(kept: KeptCase) -> None:
    opened = st.session_state.get(_OPENED) == kept.case_id
    st.button(
        plain(_said(kept)),
        key=f"review-own-{kept.case_id}",
        type="tertiary",
        icon=":material/expand_less:" if opened else ":material/expand_more:",
        on_click=_open,
        args=(None if opened else kept.case_id,),
    )
    if not opened:
        return
    with st.container(border=True):
        st.caption(plain(kept.case_id))
        st.code(kept.written, language="yaml", wrap_lines=True)
        _removal(kept.case_id)


def _said(kept: KeptCase) -> str:
    """When, why, and its tags."""
    at = day_and_time(kept.saved_at)
    if kept.case is None:
        return f"{at} · ⚠️ {text('review.own_broken', case=kept.case_id)}"
    tags = ", ".join(label("tags", tag) for tag in kept.case.tags)
    return " · ".join(filter(None, [at, kept.case.why, tags]))


def _removal(case_id: str) -> None:
    refused = refusal(Role.EDITOR)
    with st.popover(text("review.own_remove"), icon=":material/delete:", disabled=refused is not None, help=refused):
        st.caption(text("review.own_remove_help"))
        guarded_button(
            text("review.own_remove_now"),
            Role.EDITOR,
            type="primary",
            key=f"review-own-remove-{case_id}",
            on_click=_remove,
            args=(case_id,),
        )


def _open(case_id: str | None) -> None:
    st.session_state[_OPENED] = case_id


def _remove(case_id: str) -> None:
    """The role is asked again: a browser can press a button that was drawn as disabled."""
    if not session.may(Role.EDITOR):
        return
    try:
        session.workbench().cases.remove(case_id)
    except DatasetError:
        session.notify(text("review.own_gone"))
        return
    session.dataset.clear()
    session.notify(text("review.own_removed"))
