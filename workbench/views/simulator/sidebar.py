"""Which bot answers, and the earlier conversations."""

from __future__ import annotations

import streamlit as st

from bot_core.errors import CatalogError
from bot_core.messages import Role, new_id
from bot_core.store.records import Conversation
from workbench import session
from workbench.runner.replies import CHANNEL
from workbench.texts.problems import faults, say
from workbench.texts.texts import text
from workbench.views.figures import day_and_time, plain, shortened
from workbench.views.model_labels import model_label

_CONVERSATIONS_SHOWN = 15
_OF_RELEASE = ""
_FAULTS_SHOWN = 20
_TITLE_LENGTH = 34


def show_sidebar(conversation: str) -> None:
    with st.sidebar:
        st.button(
            text("chat.new"),
            icon=":material/add:",
            type="primary",
            width="stretch",
            help=text("chat.new_help"),
            on_click=lambda: session.open_conversation(new_id()),
        )
        st.subheader(text("chat.setup"), anchor=False)
        _release()
        _model()
        _catalog()
        st.subheader(text("chat.earlier"), anchor=False)
        _earlier(conversation)


def _release() -> None:
    releases = session.workbench().releases
    known = {release.release_id: release for release in releases.list()}
    current = releases.current().release_id
    before = session.choice().release_id
    chosen = st.selectbox(
        text("chat.release"),
        list(known),
        index=list(known).index(before if before in known else current),
        key="release",
        help=text("chat.release_help"),
    )
    session.choose_release(None if chosen == current else chosen)
    if known[chosen].description:
        st.caption(plain(known[chosen].description))


def _model() -> None:
    labels = {model.model: model_label(model) for model in session.models()}
    options = [_OF_RELEASE, *labels]
    before = session.choice().model
    chosen = st.selectbox(
        text("chat.model"),
        options,
        index=options.index(before) if before in labels else 0,
        format_func=lambda name: labels.get(name, text("chat.model_of_release")),
        key="model",
        help=text("chat.model_help"),
    )
    session.choose_model(None if chosen == _OF_RELEASE else chosen)


def _catalog() -> None:
    st.file_uploader(
        text("chat.catalog_upload"),
        type="csv",
        key=session.CATALOG_UPLOAD,
        help=text("chat.catalog_help"),
        on_change=_take_upload,
    )
    refused = session.refused_catalog()
    if refused:
        _show_refused(*refused)
    catalog = session.workbench().catalogs.get(session.choice().catalog_id)
    name = catalog.name if catalog.catalog_id else text("chat.catalog_sample")
    st.caption(plain(text("chat.catalog_in_use", name=name, count=f"{len(catalog.cars.cars):,}")))
    if catalog.catalog_id:
        st.button(text("chat.catalog_back"), on_click=lambda: session.choose_catalog(None), width="stretch")


def _take_upload() -> None:
    session.refuse_catalog(None)
    uploaded = session.uploaded_catalog()
    if uploaded is None:
        return
    name, content = uploaded
    try:
        catalog = session.workbench().catalogs.add(name, content)
    except CatalogError as error:
        session.refuse_catalog((name, error))
        return
    session.choose_catalog(catalog.catalog_id)
    session.notify(text("chat.catalog_taken", name=plain(name), count=f"{len(catalog.cars.cars):,}"))


def _show_refused(name: str, error: CatalogError) -> None:
    found = faults(error)
    shown = [
        "- " + text("chat.catalog_fault", row=fault.row, column=plain(fault.column), fault=plain(fault.message))
        for fault in found[:_FAULTS_SHOWN]
    ]
    if len(found) > _FAULTS_SHOWN:
        shown.append("- " + text("chat.catalog_more", count=len(found) - _FAULTS_SHOWN))
    said = text("chat.catalog_refused", name=plain(name))
    st.error("\n".join([f"{said} {say(error)}", "", *shown]))


def _earlier(conversation: str) -> None:
    page = session.workbench().store.conversations.list(limit=_CONVERSATIONS_SHOWN, channel=CHANNEL)
    if not page.items:
        st.caption(text("chat.earlier_none"))
    for item in page.items:
        st.button(
            plain(_title(item)),
            key=f"open-{item.conversation_id}",
            help=text("chat.earlier_help"),
            type="secondary" if item.conversation_id == conversation else "tertiary",
            width="stretch",
            on_click=session.open_conversation,
            args=(item.conversation_id,),
        )


def _title(conversation: Conversation) -> str:
    """The customer's first words that the history still holds, and when the conversation was last active."""
    said = next((entry.text for entry in conversation.state.history if entry.role is Role.CUSTOMER), "")
    return f"{day_and_time(conversation.updated_at)} · {shortened(said, _TITLE_LENGTH)}"
