"""What a person says of the reply: verdict, rating, what is wrong, what it should have said."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bot_core.store.reviews import Annotation, ReviewVerdict
from workbench import session
from workbench.roles import Role
from workbench.runner.review.items import ReviewItem
from workbench.runner.review.labelling import TAGS
from workbench.texts.texts import section, text
from workbench.views.figures import day_and_time, plain
from workbench.views.pieces.permission import refusal
from workbench.views.review import deciding, place

_MARKS = {ReviewVerdict.PASS: "✓", ReviewVerdict.FAIL: "✗"}
_MOST_CHARS = 2_000


def show_form(item: ReviewItem, annotations: Sequence[Annotation]) -> None:
    mine = next((one for one in annotations if one.annotator == session.who()), None)
    place.remember_version(item, mine.version if mine else 0)
    refused = refusal(Role.EDITOR)
    if problem := place.take_problem():
        st.error(problem, icon="⚠️")
    if mine:
        box = st.success if mine.verdict is ReviewVerdict.PASS else st.warning
        box(plain(_said(mine)), icon="📝")
    _fields(item, mine, disabled=refused is not None)
    _buttons(item, refused)
    if mine:
        _others([one for one in annotations if one.annotator != mine.annotator])
        _history(item, mine)


def _fields(item: ReviewItem, mine: Annotation | None, *, disabled: bool) -> None:
    tags = section("review_tags")
    st.segmented_control(
        text("review.rating"),
        deciding.RATINGS,
        key=place.start("rating", item, str(mine.rating) if mine and mine.rating else None),
        help=text("review.rating_help"),
        disabled=disabled,
    )
    st.multiselect(
        text("review.tags"),
        list(TAGS),
        format_func=tags.__getitem__,
        key=place.start("tags", item, [tag for tag in mine.tags if tag in TAGS] if mine else []),
        placeholder=text("review.tags_placeholder"),
        help=text("review.tags_help"),
        disabled=disabled,
    )
    st.text_area(
        text("review.correction"),
        key=place.start("correction", item, mine.correction if mine else ""),
        max_chars=_MOST_CHARS,
        help=text("review.correction_help"),
        height=96,
        disabled=disabled,
    )
    st.text_input(
        text("review.notes"),
        key=place.start("notes", item, mine.notes if mine else ""),
        max_chars=_MOST_CHARS,
        help=text("review.notes_help"),
        disabled=disabled,
    )
    place.keep_draft(item, deciding.FIELDS)


def _buttons(item: ReviewItem, refused: str | None) -> None:
    with st.container(horizontal=True):
        for label, verdict, icon, what in (
            (text("review.approve"), ReviewVerdict.PASS, ":material/check:", text("review.approve_help")),
            (text("review.reject"), ReviewVerdict.FAIL, ":material/close:", text("review.reject_help")),
        ):
            st.button(
                label,
                icon=icon,
                type="primary" if verdict is ReviewVerdict.PASS else "secondary",
                help=refused or what,
                disabled=refused is not None,
                on_click=deciding.decide,
                args=(item, verdict),
            )
        st.button(
            text("review.before"), icon=":material/arrow_back:", help=text("review.before_help"),
            on_click=place.move, args=(-1,),
        )  # fmt: skip
        st.button(
            text("review.next"), icon=":material/arrow_forward:", help=text("review.next_help"),
            on_click=place.move, args=(1,),
        )  # fmt: skip
    st.caption(text("review.keys"))


def _others(others: Sequence[Annotation]) -> None:
    """Only after one's own opinion: the first must not lead the second."""
    for one in others:
        st.caption(plain(f"{one.annotator}: {_said(one)}"))


def _history(item: ReviewItem, mine: Annotation) -> None:
    if mine.version == 1:
        return
    with st.expander(text("review.history", count=mine.version)):
        for one in session.workbench().review.history(item.tracking_id, mine.annotator):
            st.caption(plain(f"{one.version} · {_said(one)}"))


def _said(annotation: Annotation) -> str:
    tags = section("review_tags")
    parts = [
        f"{_MARKS[annotation.verdict]} {section('review_verdicts')[annotation.verdict.value]}",
        f"{annotation.rating}/5" if annotation.rating else "",
        ", ".join(tags.get(tag, tag) for tag in annotation.tags),
        f"«{annotation.correction}»" if annotation.correction else "",
        annotation.notes,
        day_and_time(annotation.created_at),
    ]
    return " · ".join(part for part in parts if part)
