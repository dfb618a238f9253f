"""Replies one by one: read, approve or reject, say what is wrong. By mouse or by keyboard."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bot_core.errors import NotFound
from bot_core.store.reviews import Annotation
from workbench import session
from workbench.components.keys.keys import key_commands
from workbench.runner.review.items import ReviewItem
from workbench.runner.review.sampling import Sample
from workbench.texts.texts import section, text
from workbench.views.pieces.heading import empty_state, heading
from workbench.views.review import deciding, place
from workbench.views.review.agreement import show_agreement
from workbench.views.review.form import show_form
from workbench.views.review.own_cases import show_own_cases
from workbench.views.review.reply import show_reply
from workbench.views.review.sample_bar import choose_sample
from workbench.views.review.save_case import show_save_case
from workbench.views.simulator.trace import show_trace


def show() -> None:
    place.keep()
    heading(text("review.heading"), text("review.intro"), help=text("review.heading_help"))
    items = _items()
    place.remember_queue(items)
    key_commands(deciding.KEYS, deciding.press, key="review-keys")
    if items:
        _queue(items)
    agreement = st.expander(text("review.agreement"), icon="🤝", key="review-agreement", on_change="rerun")
    if agreement.open:
        # Only then: kappa's library takes seconds to import.
        with agreement:
            show_agreement()
    cases = st.expander(text("review.own"), icon="📌", key="review-own", on_change="rerun")
    if cases.open:
        with cases:
            show_own_cases()


def _items() -> Sequence[ReviewItem]:
    desk = session.workbench().review
    if one := place.single():
        st.button(text("review.to_sample"), icon=":material/arrow_back:", type="tertiary", on_click=place.close_single)
        try:
            return [desk.item(*one)]
        except NotFound:
            empty_state("⭐", text("review.gone"), text("review.gone_help"))
            return []
    sample = choose_sample()
    try:
        items = desk.queue(sample, who=session.who())
    except NotFound:
        items = ()
    if not items:
        _nothing(sample)
    return items


def _nothing(sample: Sample) -> None:
    empty_state("⭐", text("review.empty"), section("samplings_empty")[sample.sampling.value])


def _queue(items: Sequence[ReviewItem]) -> None:
    annotations = session.workbench().review.annotations([item.tracking_id for item in items])
    mine = {one.tracking_id for one in annotations if one.annotator == session.who()}
    number = place.position(items, first=_first_open(items, mine))
    item = items[number]
    place.go_to(item)
    st.progress(
        len(mine) / len(items), text=text("review.progress", number=number + 1, total=len(items), done=len(mine))
    )
    _one(item, [one for one in annotations if one.tracking_id == item.tracking_id])


def _first_open(items: Sequence[ReviewItem], done: set[str]) -> int:
    """Where somebody who comes back goes on."""
    return next((number for number, item in enumerate(items) if item.tracking_id not in done), 0)


def _one(item: ReviewItem, annotations: Sequence[Annotation]) -> None:
    try:
        reviewed = session.workbench().review.read(item)
    except NotFound:
        empty_state("⭐", text("review.gone"), text("review.gone_help"))
        return
    left, right = st.columns([5, 6], gap="large")
    with left:
        show_reply(reviewed)
    with right:
        show_form(item, annotations)
        show_save_case(reviewed)
        with st.expander(text("trace.heading")):
            show_trace(reviewed.turn.trace)
