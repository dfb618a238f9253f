"""The reviewed conversation as a golden case, up to the reply in question."""

from __future__ import annotations

import streamlit as st

from workbench.runner.review.items import Reviewed, logged_turns
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
        if saved := case_form(logged_turns(reviewed), key=f"review-{name}", why=notes):
            st.success(plain(text("case.saved", case=saved)), icon="📌")
