"""Prompts: drafts that change, versions that do not, and what each of them does to a reply."""

from __future__ import annotations

import streamlit as st

from bot_core.releases.release import AgentName
from bot_core.store.records import Authorship, PromptDraft
from workbench import session
from workbench.runner.prompts import PromptVersion
from workbench.texts.texts import section, text
from workbench.views.figures import day_and_time
from workbench.views.pieces.heading import heading
from workbench.views.pieces.switch import switch
from workbench.views.prompts import comparing, editing, place, publishing, reading, trying


def show() -> None:
    place.keep()
    heading(text("prompts.title"), text("prompts.intro"), help=text("prompts.help"))
    opened = place.opened()
    if place.was_gone():
        st.info(text("prompts.gone"), icon="ℹ️")
    _agents(opened.agent)
    _texts(opened)
    part = _parts()
    if part == "compare":
        comparing.show(opened)
    elif part == "try":
        trying.show(opened)
    elif part == "publish":
        publishing.show(opened)
    elif opened.draft:
        editing.show(opened.draft)
    else:
        reading.show(opened)


def _agents(current: AgentName) -> None:
    names = section("agents")
    chosen = st.pills(
        text("prompts.agent"),
        list(AgentName),
        default=current,
        format_func=lambda agent: names[agent.value],
        key=place.agent_key(current),
        help=text("prompts.agent_help"),
    )
    if chosen and chosen is not current:
        place.go_agent(chosen)
        st.rerun()


def _texts(opened: place.Opened) -> None:
    """Drafts first. The key names what is open, so that a text that is opened by a button is the chosen one.

    No callback, as in `switch`: what is chosen is compared with what is open, so that no overtaken run loses it.
    """
    desk = session.workbench().prompts
    served = session.workbench().releases.current().agents[opened.agent].prompt
    labels = {place.draft_key(draft.draft_id): draft_label(draft) for draft in desk.drafts(opened.agent)}
    labels |= {found.template.prompt_id: version_label(found, served) for found in desk.versions(opened.agent)}
    labels.setdefault(opened.key, opened.key)
    chosen = st.selectbox(
        text("prompts.open"),
        list(labels),
        index=list(labels).index(opened.key),
        format_func=labels.__getitem__,
        key=place.open_key(opened.key),
        help=text("prompts.open_help"),
    )
    if chosen != opened.key:
        place.go_open(chosen, opened.agent)
        st.rerun()


def _parts() -> str:
    return switch(
        place.SWITCH,
        place.PARTS,
        place.part(),
        label=text("prompts.title"),
        names="prompt_parts",
        go=lambda part: session.go(place.PART, part),
    )


def draft_label(draft: PromptDraft) -> str:
    return text("prompts.draft_label", who=draft.updated_by, at=day_and_time(draft.updated_at))


def version_label(found: PromptVersion, served: str) -> str:
    version, since = found.template.version, origin(found.author)
    if found.template.prompt_id == served:
        return text("prompts.version_used", version=version, origin=since)
    return text("prompts.version_label", version=version, origin=since)


def origin(author: Authorship | None) -> str:
    return text("prompts.by", who=author.who, at=day_and_time(author.at)) if author else text("prompts.shipped")
