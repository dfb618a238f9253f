"""The cars that the bots know: the sample, or an uploaded file."""

from __future__ import annotations

import streamlit as st

from bot_core.errors import CatalogError
from workbench import session
from workbench.texts.problems import faults, say
from workbench.texts.texts import text
from workbench.views.figures import plain

_FAULTS_SHOWN = 20


def show_catalog() -> None:
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
