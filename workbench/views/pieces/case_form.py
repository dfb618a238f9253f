"""The form that makes a golden case of a conversation: filled in already, to be saved within half a minute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from bot_core.errors import DatasetError
from bot_core.store.records import ConversationLog
from workbench import session
from workbench.evaluation.dataset.case import MAX_TURNS, Difficulty
from workbench.evaluation.findings.labels import label
from workbench.roles import Role
from workbench.texts.problems import case_fault
from workbench.texts.texts import section, text
from workbench.views.figures import plain
from workbench.views.pieces.case_trial import show_trial, trial_line, trial_word
from workbench.views.pieces.permission import refusal

_LINE_PIXELS = 24
_LEAST_PIXELS, _MOST_PIXELS = 180, 420


@dataclass(frozen=True, slots=True)
class SavedCase:
    line: str
    """What to say of it."""
    notice: str
    """The same, short enough for a notice: a longer one is cut and asks, in English, to view more."""


def case_form(
    turns: Sequence[ConversationLog], *, key: str, names: Sequence[str] = (), why: str = ""
) -> SavedCase | None:
    """The case that was just saved; a refused one says why and keeps what was typed. `turns` as they were said:
    personal data is replaced here."""
    draft = session.workbench().cases.draft(turns, names)
    answered_by = turns[-1].trace.release_id
    refused = refusal(Role.EDITOR)
    with st.form(f"case-{key}", border=False):
        why = st.text_input(
            text("case.why"), why, max_chars=200, placeholder=text("case.why_placeholder"), help=text("case.why_help")
        )
        tags, difficulty = _sorting()
        written = st.text_area(
            text("case.turns"), draft, height=_height(draft), help=text("case.turns_help"), key=f"turns-{key}"
        )
        st.caption(text("case.redacted"))
        if len(turns) > MAX_TURNS:
            st.caption(text("case.too_long", count=MAX_TURNS))
        trial = st.empty()
        pressed = _buttons(refused)
    if pressed:
        return _saved(why, written or "", tags, difficulty, answered_by)
    with trial:
        show_trial(written or "", answered_by)
    return None


def _buttons(refused: str | None) -> bool:
    """Whether it is to be saved; the other button only makes the page look at what was typed."""
    with st.container(horizontal=True):
        pressed = st.form_submit_button(
            text("case.save"), type="primary", icon="📌", disabled=refused is not None, help=refused
        )
        st.form_submit_button(text("case.try"), icon=":material/science:", help=text("case.try_help"))
    return pressed


def _sorting() -> tuple[list[str], Difficulty]:
    left, right = st.columns([3, 2])
    tags = left.multiselect(
        text("case.tags"),
        sorted(session.workbench().cases.tags.names | {"safety"}, key=lambda name: label("tags", name)),
        format_func=lambda name: label("tags", name),
        help=text("case.tags_help"),
        placeholder=text("case.tags_placeholder"),
    )
    difficulty = right.selectbox(
        text("case.difficulty"), list(Difficulty), index=1, format_func=lambda one: section("difficulties")[one.value]
    )
    return tags, difficulty or Difficulty.MEDIUM


def _saved(why: str, turns: str, tags: Sequence[str], difficulty: Difficulty, answered_by: str) -> SavedCase | None:
    """The role is asked again: a browser can press a button that was drawn as disabled."""
    if refused := refusal(Role.EDITOR):
        st.error(refused)
        return None
    try:
        case = session.workbench().cases.save(why=why, turns_yaml=turns, tags=tags, difficulty=difficulty)
    except DatasetError as error:
        st.error(text("case.refused", fault=plain(case_fault(error))), icon="⚠️")
        return None
    session.dataset.clear()
    return SavedCase(
        f"{text('case.saved', case=case.id)} {trial_line(case, answered_by)}",
        f"{text('case.saved_word')} {trial_word(case, answered_by)}",
    )


def _height(draft: str) -> int:
    return min(max(_LEAST_PIXELS, _LINE_PIXELS * draft.count("\n")), _MOST_PIXELS)
