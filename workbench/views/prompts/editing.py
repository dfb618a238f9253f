"""A draft under the hands of one person, and perhaps of another at the same time. What is typed is stored after each
pause; a text that somebody else stored meanwhile is never overwritten without a decision."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from bot_core.errors import KavakBotError
from bot_core.prompts.draft import VARIABLES, DraftText, Fault, faults
from bot_core.prompts.template import SECTIONS
from bot_core.releases.release import AgentName
from bot_core.store.records import PromptDraft
from workbench import session
from workbench.components.prompt_editor.prompt_editor import EditorSection, Mark, prompt_editor, typed
from workbench.roles import Role
from workbench.runner.prompts import Clash
from workbench.texts.problems import say
from workbench.texts.texts import section, text
from workbench.views.figures import day_and_time, plain
from workbench.views.pieces.permission import refusal
from workbench.views.prompts import place
from workbench.views.prompts.clashing import show_clash

HEAD = (*SECTIONS, "notes")


@dataclass(frozen=True, slots=True)
class Held:
    """The draft as this tab has it."""

    draft: PromptDraft
    """What the store had when this tab last read or wrote it."""
    revision: int = 0
    """Goes up when the editor has to take over another text."""
    clash: Clash | None = None


def show(draft: PromptDraft) -> None:
    st.fragment(_edit)(draft.draft_id, draft.agent)


def editor_key(draft_id: str) -> str:
    return f"prompt-editor-{draft_id}"


def held_key(draft_id: str) -> str:
    return f"prompts-held-{draft_id}"


def _edit(draft_id: str, agent: AgentName) -> None:
    """The state of this tab after what was typed, and the editor with the faults of exactly that text."""
    if place.leaves(place.draft_key(draft_id), agent):
        st.rerun()  # a button in here opened another text, or this run has overtaken the page's, which left the editor
    try:
        held = _taken(_read(draft_id))
    except KavakBotError as error:
        st.error(say(error), icon="⚠️")
        return
    _hold(held)
    if held.clash:
        show_clash(
            held.draft.agent,
            held.clash,
            on_decided=lambda: _forget(draft_id),
            on_clash=lambda clash: _hold(replace(held, clash=clash)),
        )
        return
    current = held.draft.text
    wrong = faults(held.draft.agent.value, current)
    _status(held.draft, wrong)
    prompt_editor(
        _sections(held.draft.agent, current, wrong),
        key=editor_key(draft_id),
        revision=_revision(held),
        read_only=not session.may(Role.EDITOR),
    )


def _read(draft_id: str) -> Held:
    """As this tab knows it; the stored text when somebody else changed it and nothing was typed here since."""
    stored = session.workbench().store.drafts.get(draft_id)
    held = st.session_state.get(held_key(draft_id))
    if not isinstance(held, Held):
        return Held(stored)
    if held.clash is None and stored.version > held.draft.version and not _has_typed(held):
        st.info(text("prompts.updated_by_other", who=plain(stored.updated_by)), icon="ℹ️")
        return Held(stored, held.revision + 1)
    return held


def _has_typed(held: Held) -> bool:
    words = typed(editor_key(held.draft.draft_id), _revision(held))
    return words is not None and words != held.draft.text


def _taken(held: Held) -> Held:
    """After storing what was typed."""
    words = typed(editor_key(held.draft.draft_id), _revision(held))
    if held.clash or words is None or words == held.draft.text or not session.may(Role.EDITOR):
        return held
    desk = session.workbench().prompts
    saved = desk.save(held.draft.draft_id, words, who=session.who(), read_version=held.draft.version)
    return replace(held, clash=saved) if isinstance(saved, Clash) else replace(held, draft=saved)


def _hold(held: Held) -> None:
    st.session_state[held_key(held.draft.draft_id)] = held


def _forget(draft_id: str) -> None:
    """After a decision: read the stored text, and let the editor take it over."""
    held = st.session_state.get(held_key(draft_id))
    revision = held.revision + 1 if isinstance(held, Held) else 1
    stored = session.workbench().store.drafts.get(draft_id)
    _hold(Held(stored, revision))


def _revision(held: Held) -> str:
    return f"{held.draft.draft_id}:{held.revision}"


def _status(draft: PromptDraft, wrong: tuple[Fault, ...]) -> None:
    if refused := refusal(Role.EDITOR):
        st.caption(f"🔒 {text('prompts.read_only')}", help=refused)
    at = day_and_time(draft.updated_at)
    line = text(
        "prompts.saved", version=draft.version, who=draft.updated_by, at=at, base=draft.based_on.partition("/")[2]
    )
    # One line in both states: a box that comes and goes would move what is being typed.
    st.caption(f"⚠️ {plain(line)} **{text('prompts.saved_faulty', count=len(wrong))}**" if wrong else f"✓ {plain(line)}")


def _sections(agent: AgentName, current: DraftText, wrong: tuple[Fault, ...]) -> list[EditorSection]:
    titles, helps = section("prompt_sections"), section("prompt_section_help")
    variables = ", ".join(f"{{{{ {name} }}}}" for name in VARIABLES[agent.value])
    return [
        EditorSection(
            name=name,
            title=titles[name],
            help=helps[name].format(variables=variables) if name == "context" else helps[name],
            text=getattr(current, name),
            faults=tuple(
                Mark(fault.line, text("prompts.fault_line", line=fault.line, message=said(agent, fault)))
                for fault in wrong
                if fault.section == name
            ),
        )
        for name in HEAD
    ]


def said(agent: AgentName, fault: Fault) -> str:
    """The fault in one line."""
    variables = ", ".join(f"{{{{ {name} }}}}" for name in VARIABLES[agent.value])
    return section("prompt_faults")[fault.kind.value].format(detail=fault.detail, variables=variables)
