"""Prompt drafts in this process's memory."""

from __future__ import annotations

import threading

from bot_core.errors import Conflict, NotFound
from bot_core.prompts.draft import DraftText
from bot_core.prompts.template import PromptTemplate
from bot_core.store.memory.releases import MemoryPromptStore
from bot_core.store.records import PromptDraft
from bot_core.store.rules import check_draft_version, next_draft


class MemoryDraftStore:
    def __init__(self, prompts: MemoryPromptStore) -> None:
        self._prompts = prompts
        self._lock = threading.Lock()
        self._drafts: dict[str, PromptDraft] = {}

    def add(self, draft: PromptDraft) -> PromptDraft:
        with self._lock:
            if draft.draft_id in self._drafts:
                raise Conflict(f"draft {draft.draft_id} exists")
            self._drafts[draft.draft_id] = draft
        return draft

    def get(self, draft_id: str) -> PromptDraft:
        draft = self._drafts.get(draft_id)
        if draft is None:
            raise NotFound(f"no draft {draft_id}")
        return draft

    def list(self, agent: str | None = None) -> tuple[PromptDraft, ...]:
        with self._lock:
            found = [draft for draft in self._drafts.values() if agent in (None, draft.agent.value)]
        return tuple(sorted(found, key=lambda draft: (draft.updated_at, draft.draft_id), reverse=True))

    def save(self, draft_id: str, text: DraftText, *, who: str, expected_version: int) -> PromptDraft:
        with self._lock:
            after = next_draft(self.get(draft_id), text, who=who, expected_version=expected_version)
            self._drafts[draft_id] = after
        return after

    def remove(self, draft_id: str, *, expected_version: int) -> None:
        with self._lock:
            check_draft_version(self.get(draft_id), expected_version)
            del self._drafts[draft_id]

    def publish(self, draft_id: str, template: PromptTemplate, *, who: str, expected_version: int) -> PromptTemplate:
        with self._lock:
            check_draft_version(self.get(draft_id), expected_version)
            self._prompts.add_new(template, who=who)
            del self._drafts[draft_id]
        return template
