"""Every agent's prompt and model, put together into a candidate release."""

from __future__ import annotations

import streamlit as st

from bot_core.errors import ConfigurationError, KavakBotError
from bot_core.llm.gateway import OFFLINE_MODEL
from bot_core.releases.release import AgentDefinition, AgentName, Release
from bot_core.store.records import NamedAgent
from workbench import session
from workbench.roles import Role
from workbench.runner.bundles import changed_agents
from workbench.runner.prompts import is_frozen
from workbench.texts.problems import say
from workbench.texts.texts import section, text
from workbench.views.figures import plain
from workbench.views.models import place
from workbench.views.models.fields import parameter_fields
from workbench.views.models.machine import price_line
from workbench.views.pieces.choosing_model import choose_model
from workbench.views.pieces.permission import guarded_button
from workbench.views.pieces.settings_labels import field_name, field_value

_MADE = "models-made-release"
_LONGEST_ID = 64


def show() -> None:
    st.caption(text("model_page.agents_intro"))
    base = _base()
    chosen = {agent: _agent(base, agent) for agent in AgentName if agent in base.agents}
    changes = {agent: definition for agent, definition in chosen.items() if definition != base.agents[agent]}
    _release(base, changes)


def _base() -> Release:
    releases = session.workbench().releases
    served = releases.current().release_id
    known = {release.release_id: release for release in releases.list()}
    name = st.selectbox(
        text("model_page.base"),
        list(known),
        index=list(known).index(served),
        format_func=lambda name: text("prompts.release_served", release=name) if name == served else name,
        key="models-base",
        help=text("model_page.base_help_release"),
    )
    return known[name]


def _agent(base: Release, agent: AgentName) -> AgentDefinition:
    """As it is chosen: the base's own, or one that was kept under a name, or another prompt and model."""
    definition, key = base.agents[agent], f"{base.release_id}-{agent.value}"
    named = {kept.name: kept for kept in session.workbench().model_desk.agents() if kept.agent is agent}
    with st.container(border=True):
        st.markdown(f"**{section('agents')[agent.value]}**")
        if named:
            kept = st.selectbox(
                text("model_page.kept_agent"),
                ["", *named],
                format_func=lambda name: name or text("model_page.kept_none"),
                key=f"models-kept-{key}",
            )
            if kept:
                _told(named[kept].definition)
                _removal(kept)
                return named[kept].definition
        left, right = st.columns(2)
        with left:
            prompt = _prompt(definition, agent, key)
        with right:
            settings = choose_model(field_name("model"), key=f"models-of-{key}", current=definition.settings)
        if settings.model != OFFLINE_MODEL:
            settings = parameter_fields(settings, key=f"models-params-{key}-{settings.model}") or settings
        chosen = AgentDefinition(prompt=prompt, settings=settings)
        _told(chosen)
        if chosen != definition:
            _keep_under_a_name(agent, chosen, key)
    return chosen


def _prompt(definition: AgentDefinition, agent: AgentName, key: str) -> str:
    versions = [
        found.prompt_id for found in session.workbench().store.prompts.list(agent.value) if not is_frozen(found.version)
    ]
    options = versions if definition.prompt in versions else [definition.prompt, *versions]
    return st.selectbox(
        field_name("prompt"),
        options,
        index=options.index(definition.prompt),
        format_func=lambda name: name.partition("/")[2],
        key=f"models-prompt-{key}",
    )


def _told(definition: AgentDefinition) -> None:
    settings = definition.settings
    if settings.model == OFFLINE_MODEL:
        st.caption(text("model_page.offline_agent"))
        return
    shown = ("temperature", "max_tokens", "timeout_seconds", "max_concurrency", "requests_per_minute", "fallbacks")
    values = settings.model_dump()
    parts = [f"{field_name(name)}: {field_value(values[name])}" for name in shown]
    st.caption(plain(" · ".join([settings.model, *parts, price_line(settings)])))


def _keep_under_a_name(agent: AgentName, chosen: AgentDefinition, key: str) -> None:
    with st.popover(text("model_page.keep_agent")):
        name = st.text_input(text("model_page.name"), key=f"models-keep-name-{key}", max_chars=60)
        # Not a callback, nor below: its arguments would be older than what was typed right before.
        if guarded_button(
            text("model_page.save"), Role.EDITOR, key=f"models-keep-{key}", disabled=not (name or "").strip()
        ):
            _keep(name or "", agent, chosen)
            st.rerun()


def _release(base: Release, changes: dict[AgentName, AgentDefinition]) -> None:
    st.subheader(text("model_page.release_heading"), anchor=False)
    if not changes:
        st.info(text("model_page.nothing_changed"), icon="ℹ️")
    else:
        after = base.model_copy(update={"agents": base.agents | changes})
        names = section("agents")
        for agent, fields in changed_agents(base, after).items():
            shown = ", ".join(
                f"{field_name(field)}: {field_value(old)} → {field_value(new)}" for field, (old, new) in fields.items()
            )
            st.markdown(f"- **{names[agent.value]}** {plain(shown)}")
    name = st.text_input(
        text("prompts.release_name"),
        key="models-release-name",
        max_chars=_LONGEST_ID,
        help=text("prompts.release_name_help"),
    )
    notes = st.text_input(text("prompts.release_notes"), key="models-release-notes", max_chars=300)
    if guarded_button(
        text("prompts.release_make"),
        Role.EDITOR,
        type="primary",
        icon="📦",
        key="models-release-make",
        disabled=not changes or not (name or "").strip(),
    ):
        _make(base.release_id, changes, name or "", notes or "")
        st.rerun()
    made = st.session_state.get(_MADE)
    if isinstance(made, str):
        st.success(plain(text("prompts.release_made", release=made)), icon="📦")
        st.link_button(text("prompts.release_open"), f"versiones?candidata={made}")


def _removal(name: str) -> None:
    guarded_button(
        text("model_page.remove"),
        Role.EDITOR,
        key=f"models-remove-agent-{name}",
        help=text("model_page.remove_help"),
        on_click=_remove,
        args=(name,),
    )


def _remove(name: str) -> None:
    if session.may(Role.EDITOR):
        session.workbench().model_desk.remove_agent(name)
        session.notify(text("model_page.agent_removed"))


def _keep(name: str, agent: AgentName, chosen: AgentDefinition) -> None:
    if session.may(Role.EDITOR):
        kept = NamedAgent(name=" ".join(name.split()), agent=agent, definition=chosen)
        try:
            session.workbench().model_desk.keep_agent(kept)
        except KavakBotError as error:
            st.session_state[place.PROBLEM] = say(error)
            return
        session.notify(text("model_page.saved", name=plain(kept.name)))


def _make(base: str, changes: dict[AgentName, AgentDefinition], name: str, notes: str) -> None:
    if not session.may(Role.EDITOR):
        return
    st.session_state.pop(_MADE, None)
    try:
        made = session.workbench().model_desk.release_of(
            base, changes, release_id=name.strip(), description=notes.strip(), who=session.who()
        )
    except ConfigurationError:
        st.session_state[place.PROBLEM] = text("prompts.release_name_wrong")
        return
    except KavakBotError as error:
        st.session_state[place.PROBLEM] = say(error)
        return
    st.session_state[_MADE] = made.release_id
