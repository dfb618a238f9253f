"""The reviewed conversation as a golden case, up to the reply in question."""

from __future__ import annotations

import streamlit as st

from workbench import session
from workbench.runner.review.items import Reviewed
from workbench.texts.texts import text
from workbench.views.figures import plain
from workbench.views.pieces.case_form import case_form
from workbench.views.review import place


def show_save_case(reviewed: Reviewed) -> None:
    """Made when it is opened only."""
    name = reviewed.item.tracking_id
    box = st.expander(text("case.heading"), icon="📌", key=f"review-case-{name}", on_change="rerun")
    if not box.open:
        return
    with box:
        st.caption(text("case.intro"))
        notes = " ".join((place.typed("notes", reviewed.item) or "").split())
        said = session.workbench().review.as_said(reviewed.item)
        if saved := case_form(said.turns, key=f"review-{name}", names=said.names, why=notes):
            st.success(plain(saved.line), icon="📌")
