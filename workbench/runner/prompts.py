"""Prompts as product people work with them: drafts that change, versions that do not, and the way between them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot_core.errors import Conflict, Immutable
from bot_core.prompts.draft import DraftText, text_of, to_template
from bot_core.prompts.template import PromptTemplate
from bot_core.releases.release import AgentName, Release
from bot_core.store.records import Authorship, PromptDraft
from bot_core.store.store import Store
from workbench.runner.bundles import candidate

_NUMBER = re.compile(r"v(\d{3})$")
FROZEN = "v000-"
"""How the version of a draft begins that was frozen for an experiment, and not published."""
_HASH_DIGITS = 8
_TRIES = 10
"""Numbers that are tried while other people publish versions of the same agent."""


@dataclass(frozen=True, slots=True)
class PromptVersion:
    template: PromptTemplate
    author: Authorship | None
    """None for a version that ships."""
    releases: tuple[str, ...]
    """Ids of the releases that hold it."""


@dataclass(frozen=True, slots=True)
class Clash:
    """Two people changed the same draft; nothing is overwritten until one of them decides."""

    theirs: PromptDraft
    mine: DraftText


class PromptDesk:
    """Safe for many threads and processes: everything is in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def versions(self, agent: AgentName) -> tuple[PromptVersion, ...]:
        """Newest first, without frozen drafts."""
        authors = self._store.prompts.authors()
        holders = self._holders()
        templates = [found for found in self._store.prompts.list(agent.value) if not is_frozen(found.version)]
        return tuple(
            PromptVersion(found, authors.get(found.prompt_id), holders.get(found.prompt_id, ()))
            for found in reversed(templates)
        )

    def drafts(self, agent: AgentName) -> tuple[PromptDraft, ...]:
        """Last changed first."""
        return self._store.drafts.list(agent.value)

    def start(self, prompt_id: str, *, who: str) -> PromptDraft:
        """A draft that begins as a version. Raises PromptError."""
        template = self._store.prompts.get(prompt_id)
        text = text_of(template).model_copy(update={"notes": ""})
        return self.keep(AgentName(template.agent), text, based_on=prompt_id, who=who)

    def keep(self, agent: AgentName, text: DraftText, *, based_on: str, who: str) -> PromptDraft:
        """Another draft with this text."""
        return self._store.drafts.add(
            PromptDraft(agent=agent, based_on=based_on, text=text, created_by=who, updated_by=who)
        )

    def save(self, draft_id: str, text: DraftText, *, who: str, read_version: int) -> PromptDraft | Clash:
        """Keep what somebody typed over the version that they have read. Raises NotFound when the draft is gone."""
        stored = self._store.drafts.get(draft_id)
        if stored.text == text:
            return stored
        try:
            return self._store.drafts.save(draft_id, text, who=who, expected_version=read_version)
        except Conflict:
            return Clash(self._store.drafts.get(draft_id), text)

    def discard(self, draft: PromptDraft) -> None:
        """Raises Conflict when somebody changed it meanwhile."""
        self._store.drafts.remove(draft.draft_id, expected_version=draft.version)

    def publish(self, draft: PromptDraft, *, who: str) -> PromptTemplate:
        """The draft as the agent's next version, for good; the draft is gone then, and only then. Raises PromptError
        for a faulty text, Conflict when somebody changed the draft, NotFound when it is gone, Immutable when the text
        is a version already."""
        for _ in range(_TRIES):
            template = to_template(draft.agent.value, self.next_version(draft.agent), draft.text)
            same = self.same_text(template)
            if same:
                raise Immutable(f"{same} has this text already", hint="change something, or use that version")
            try:
                return self._store.drafts.publish(draft.draft_id, template, who=who, expected_version=draft.version)
            except Immutable:
                continue  # somebody else's version took this number meanwhile
        raise Conflict(f"others publish versions of {draft.agent.value} all the time", hint="the draft is kept: retry")

    def freeze(self, agent: AgentName, text: DraftText, *, who: str) -> PromptTemplate:
        """A stored copy of a draft, so that an experiment plays exactly this text. The version with the same text when
        there is one. Raises PromptError for a faulty text."""
        template = to_template(agent.value, "v000", text)
        known = self.same_text(template)
        if known:
            return self._store.prompts.get(known)
        version = f"{FROZEN}{template.content_hash[:_HASH_DIGITS]}"
        return self._store.prompts.add(to_template(agent.value, version, text), who=who)

    def same_text(self, template: PromptTemplate) -> str | None:
        """Id of a version with the same text."""
        versions = self._store.prompts.list(template.agent)
        same = [found for found in versions if found.content_hash == template.content_hash]
        return next((found.prompt_id for found in same if not is_frozen(found.version)), None)

    def next_version(self, agent: AgentName) -> str:
        """ "v003" after v001 and v002."""
        numbers = [_NUMBER.match(found.version[:4]) for found in self._store.prompts.list(agent.value)]
        return f"v{max((int(number.group(1)) for number in numbers if number), default=0) + 1:03}"

    def release_with(self, prompt_id: str, base_id: str, *, release_id: str, description: str, who: str) -> Release:
        """A candidate: the base with this prompt for its agent. Raises UserError, or Immutable for a name in use."""
        template, base = self._store.prompts.get(prompt_id), self._store.releases.get(base_id)
        agent = AgentName(template.agent)
        changes = {agent: base.agents[agent].model_copy(update={"prompt": prompt_id})}
        made = candidate(base, changes, release_id=release_id, description=description)
        return self._store.releases.add(made, who=who)

    def _holders(self) -> Mapping[str, tuple[str, ...]]:
        holders: dict[str, tuple[str, ...]] = {}
        for release in self._store.releases.list():
            for agent in release.agents.values():
                holders[agent.prompt] = (*holders.get(agent.prompt, ()), release.release_id)
        return holders


def is_frozen(version: str) -> bool:
    return version.startswith(FROZEN)
