"""A published version: it can be read and copied into a draft, never changed."""

from __future__ import annotations

import streamlit as st

from bot_core.prompts.template import SECTIONS
from workbench import session
from workbench.roles import Role
from workbench.texts.texts import section, text
from workbench.views.figures import day_and_time, plain
from workbench.views.pieces.permission import guarded_button
from workbench.views.prompts import place

_HASH_DIGITS = 12


def show(opened: place.Opened) -> None:
    template = opened.template
    assert template
    found = next((one for one in session.workbench().prompts.versions(opened.agent) if one.template == template), None)
    author = found.author if found else None
    origin = text("prompts.by", who=author.who, at=day_and_time(author.at)) if author else text("prompts.shipped")
    st.caption(
        plain(
            text(
                "prompts.facts_line",
                origin=origin,
                hash=template.content_hash[:_HASH_DIGITS],
                releases=", ".join(found.releases if found else ()) or text("prompts.in_no_release"),
            )
        )
    )
    if template.notes:
        st.caption(plain(text("prompts.notes_line", notes=template.notes)))
    guarded_button(
        text("prompts.new_draft"),
        Role.EDITOR,
        type="primary",
        icon="✏️",
        key="prompts-new-draft",
        help=text("prompts.new_draft_help"),
        on_click=_start,
        args=(template.prompt_id,),
    )
    names = section("prompt_sections")
    for name in SECTIONS:
        st.markdown(f"**{names[name]}**")
        st.code(getattr(template.sections, name), language=None, wrap_lines=True)


def _start(prompt_id: str) -> None:
    if not session.may(Role.EDITOR):
        return
    draft = session.workbench().prompts.start(prompt_id, who=session.who())
    place.go_open(place.draft_key(draft.draft_id), draft.agent)
    session.go(place.PART, None)
    session.notify(text("prompts.drafted"))
