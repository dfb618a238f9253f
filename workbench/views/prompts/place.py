"""Where somebody is in the page Prompts: agent, text, part. It is in the address, so F5 and a link show the same."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from bot_core.errors import NotFound, PromptError
from bot_core.prompts.draft import DraftText, text_of
from bot_core.prompts.template import PromptTemplate
from bot_core.releases.release import AgentName
from bot_core.store.records import PromptDraft
from workbench import session

AGENT, OPEN, PART, TRIAL = "agente", "prompt", "parte", "prueba"
PARTS = ("text", "compare", "try", "publish")
SWITCH = "prompts-part"
"""Key of the switch between them."""
_GONE = "prompts-gone"
_DRAFT = "borrador-"


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft or a published version."""

    agent: AgentName
    draft: PromptDraft | None = None
    template: PromptTemplate | None = None

    @property
    def key(self) -> str:
        """As the address names it."""
        if self.draft:
            return draft_key(self.draft.draft_id)
        assert self.template
        return self.template.prompt_id

    @property
    def text(self) -> DraftText:
        if self.draft:
            return self.draft.text
        assert self.template
        return text_of(self.template)


def draft_key(draft_id: str) -> str:
    return f"{_DRAFT}{draft_id}"


def agent() -> AgentName:
    found = session.place(AGENT)
    return AgentName(found) if found in list(AgentName) else AgentName.CAR_RECOMMENDATION


def part() -> str:
    found = session.place(PART)
    return found if found in PARTS else PARTS[0]


def agent_key(current: AgentName) -> str:
    return f"prompts-agent-{current.value}"


def open_key(current: str) -> str:
    return f"prompts-open-{current}"


def leaves(shown: str, of: AgentName) -> bool:
    """Another part than the text, another text or agent is open, or was just chosen: what people choose with knows it
    before the address does."""
    chosen = (
        (SWITCH, PARTS[0]),
        (open_key(shown), shown),
        (agent_key(of), of),
    )
    return (
        part() != PARTS[0]
        or session.place(OPEN) != shown
        or any(st.session_state.get(key) not in (None, now) for key, now in chosen)
    )


def opened() -> Opened:
    """What the address names; what is served when it names nothing, or something that is gone."""
    wanted, store, of = session.place(OPEN), session.workbench().store, agent()
    if wanted:
        try:
            if wanted.startswith(_DRAFT):
                draft = store.drafts.get(wanted.removeprefix(_DRAFT))
                return Opened(draft.agent, draft=draft)
            template = store.prompts.get(wanted)
            return Opened(AgentName(template.agent), template=template)
        except (NotFound, PromptError):
            session.go(OPEN, None)
            st.session_state[_GONE] = True
    return Opened(of, template=store.prompts.get(store.releases.current().agents[of].prompt))


def was_gone() -> bool:
    """Once: what the address named does not exist any more."""
    return bool(st.session_state.pop(_GONE, False))


def go_agent(name: AgentName) -> None:
    session.go(AGENT, name.value)
    session.go(OPEN, None)
    session.go(TRIAL, None)


def go_open(key: str | None, name: AgentName) -> None:
    session.go(AGENT, name.value)
    session.go(OPEN, key)
    session.go(TRIAL, None)


def keep() -> None:
    session.keep_places(AGENT, OPEN, PART, TRIAL)
