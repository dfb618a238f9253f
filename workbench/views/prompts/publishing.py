"""From a draft to a version that never changes, and from a version to a candidate release."""

from __future__ import annotations

import re

import streamlit as st

from bot_core.errors import ConfigurationError, KavakBotError
from bot_core.prompts.draft import faults, to_template
from bot_core.releases.release import Release
from bot_core.store.records import PromptDraft
from workbench import session
from workbench.roles import Role
from workbench.texts.problems import say
from workbench.texts.texts import section, text
from workbench.views.figures import plain
from workbench.views.pieces.permission import guarded_button
from workbench.views.prompts import place
from workbench.views.prompts.editing import said

_NOT_IN_AN_ID = re.compile(r"[^a-z0-9._-]+")
_LONGEST_ID = 64
_MADE = "prompts-made-release"
_PROBLEM = "prompts-problem"


def show(opened: place.Opened) -> None:
    if problem := st.session_state.pop(_PROBLEM, None):
        st.error(problem, icon="⚠️")
    if opened.draft:
        _publish(opened.draft)
    else:
        _release(opened)


def _publish(draft: PromptDraft) -> None:
    st.subheader(text("prompts.publish_heading"), anchor=False)
    desk = session.workbench().prompts
    wrong = faults(draft.agent.value, draft.text)
    version = desk.next_version(draft.agent)
    same = None if wrong else desk.same_text(to_template(draft.agent.value, "v000", draft.text))
    if wrong:
        st.warning(text("prompts.publish_faulty", count=len(wrong)), icon="✏️")
        names = section("prompt_sections")
        for fault in wrong:
            where = names[fault.section]
            line = text("prompts.publish_fault", section=where, line=fault.line, message=said(draft.agent, fault))
            st.markdown(f"- {plain(line)}")
    elif same:
        st.info(plain(text("prompts.publish_same", version=same)))
    else:
        st.markdown(text("prompts.publish_ready", version=version))
        if not draft.text.notes.strip():
            st.caption(text("prompts.no_notes"))
    with st.container(horizontal=True):
        guarded_button(
            text("prompts.publish", version=version),
            Role.EDITOR,
            type="primary",
            icon="📌",
            key="prompts-publish",
            disabled=bool(wrong or same),
            on_click=_do_publish,
            args=(draft,),
        )
        with st.popover(text("prompts.discard"), help=text("prompts.discard_help")):
            guarded_button(
                text("prompts.discard_sure"), Role.EDITOR, key="prompts-discard", on_click=_discard, args=(draft,)
            )
    st.caption(text("prompts.release_draft"))


def _do_publish(draft: PromptDraft) -> None:
    """Exactly the text that was shown: one that somebody changed meanwhile is not published."""
    if not session.may(Role.EDITOR):
        return
    try:
        template = session.workbench().prompts.publish(draft, who=session.who())
    except KavakBotError as error:
        st.session_state[_PROBLEM] = say(error)
        return
    place.go_open(template.prompt_id, draft.agent)
    session.notify(text("prompts.published", prompt=template.prompt_id))


def _discard(draft: PromptDraft) -> None:
    if not session.may(Role.EDITOR):
        return
    try:
        session.workbench().prompts.discard(draft)
    except KavakBotError as error:
        st.session_state[_PROBLEM] = say(error)
        return
    place.go_open(draft.based_on, draft.agent)
    session.notify(text("prompts.discarded"))


def _release(opened: place.Opened) -> None:
    template = opened.template
    assert template
    st.subheader(text("prompts.release_heading"), anchor=False)
    st.caption(text("prompts.release_intro"))
    releases = session.workbench().releases
    served = releases.current()
    known = {release.release_id: release for release in releases.list()}
    base = st.selectbox(
        text("prompts.release_base"),
        list(known),
        index=list(known).index(served.release_id),
        format_func=lambda name: text("prompts.release_served", release=name) if name == served.release_id else name,
        key="prompts-release-base",
        help=text("prompts.release_base_help"),
    )
    name = st.text_input(
        text("prompts.release_name"),
        suggested(known[base], template.prompt_id),
        key=f"prompts-release-name-{base}-{template.prompt_id}",
        max_chars=_LONGEST_ID,
        help=text("prompts.release_name_help"),
    )
    notes = st.text_input(
        text("prompts.release_notes"), template.notes, key=f"prompts-release-notes-{template.prompt_id}", max_chars=300
    )
    # Not a callback: its arguments would be older than what was typed right before.
    if guarded_button(text("prompts.release_make"), Role.EDITOR, type="primary", icon="📦", key="prompts-release-make"):
        _make(template.prompt_id, base, name or "", notes or "")
        st.rerun()
    made = st.session_state.get(_MADE)
    if isinstance(made, str):
        st.success(plain(text("prompts.release_made", release=made)), icon="📦")
        st.link_button(text("prompts.release_open"), f"versiones?candidata={made}")


def suggested(base: Release, prompt_id: str) -> str:
    """An id that nothing has yet: the base's and the prompt's."""
    wished = _NOT_IN_AN_ID.sub("-", f"{base.release_id}-{prompt_id.replace('/', '-')}".lower())[: _LONGEST_ID - 4]
    taken = {release.release_id for release in session.workbench().releases.list()}
    numbers = (f"{wished}-{number}" for number in range(2, 1000))
    return wished if wished not in taken else next(name for name in numbers if name not in taken)


def _make(prompt_id: str, base: str, name: str, notes: str) -> None:
    if not session.may(Role.EDITOR):
        return
    st.session_state.pop(_MADE, None)
    try:
        made = session.workbench().prompts.release_with(
            prompt_id, base, release_id=name.strip(), description=notes.strip(), who=session.who()
        )
    except ConfigurationError:
        st.session_state[_PROBLEM] = text("prompts.release_name_wrong")
        return
    except KavakBotError as error:
        st.session_state[_PROBLEM] = say(error)
        return
    st.session_state[_MADE] = made.release_id
