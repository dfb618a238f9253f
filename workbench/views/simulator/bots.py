"""How many phones, and which bot answers each."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from bot_core.releases.release import Release
from workbench import session
from workbench.texts.texts import text
from workbench.views.figures import plain
from workbench.views.model_labels import model_label

_OF_RELEASE = ""
_SAME, _DIFFERENT = "same", "different"


def show_bots() -> None:
    counts = list(range(1, session.MOST_PHONES + 1))
    chosen = st.segmented_control(
        text("chat.phones"),
        counts,
        default=session.phones(),
        key="phones",
        help=text("chat.phones_help"),
        width="stretch",
    )
    session.choose_phones(chosen or 1)
    releases = session.workbench().releases
    known, current = {release.release_id: release for release in releases.list()}, releases.current().release_id
    if session.phones() == 1:
        _release(1, known, current)
        _model(1)
        return
    _customers()
    names = [text("chat.phone", name=name) for name in "ABC"[: session.phones()]]
    for number, tab in enumerate(st.tabs(names, key="phone-tab", on_change="rerun"), start=1):
        session.conversation_id(number)
        if tab.open:
            with tab:
                _release(number, known, current)
                _model(number)


def _customers() -> None:
    labels = {_SAME: text("chat.same_customer"), _DIFFERENT: text("chat.different_customers")}
    chosen = st.radio(
        text("chat.customers"),
        list(labels),
        index=0 if session.same_customer() else 1,
        format_func=labels.__getitem__,
        key="customers",
        help=text("chat.customers_help"),
        label_visibility="collapsed",
    )
    session.choose_same_customer(chosen == _SAME)


def _release(phone: int, known: Mapping[str, Release], current: str) -> None:
    before = session.choice(phone).release_id
    chosen = st.selectbox(
        text("chat.release"),
        list(known),
        index=list(known).index(before if before and before in known else current),
        key=f"release-{phone}",
        help=text("chat.release_help"),
    )
    session.choose_release(None if chosen == current else chosen, phone)
    if known[chosen].description:
        st.caption(plain(known[chosen].description))


def _model(phone: int) -> None:
    labels = {model.model: model_label(model) for model in session.models()}
    options = [_OF_RELEASE, *labels]
    before = session.choice(phone).model
    chosen = st.selectbox(
        text("chat.model"),
        options,
        index=options.index(before) if before in labels else 0,
        format_func=lambda name: labels.get(name, text("chat.model_of_release")),
        key=f"model-{phone}",
        help=text("chat.model_help"),
    )
    session.choose_model(None if chosen == _OF_RELEASE else chosen, phone)
