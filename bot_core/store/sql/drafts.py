"""Prompt drafts in the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, select, update

from bot_core.errors import Conflict, NotFound
from bot_core.prompts.draft import DraftText
from bot_core.prompts.template import PromptTemplate
from bot_core.store.database import Database
from bot_core.store.records import PromptDraft
from bot_core.store.rules import check_draft_version, next_draft
from bot_core.store.sql.prompts import SqlPromptStore
from bot_core.store.sql.rows import insert_or_ignore
from bot_core.store.tables import prompt_drafts


class SqlDraftStore:
    def __init__(self, database: Database, prompts: SqlPromptStore) -> None:
        self._database = database
        self._prompts = prompts

    def add(self, draft: PromptDraft) -> PromptDraft:
        with self._database.write() as connection:
            if not insert_or_ignore(connection, prompt_drafts, _values(draft)):
                raise Conflict(f"draft {draft.draft_id} exists")
        return draft

    def get(self, draft_id: str) -> PromptDraft:
        with self._database.read() as connection:
            return _read(connection, draft_id)

    def list(self, agent: str | None = None) -> tuple[PromptDraft, ...]:
        order = prompt_drafts.c.updated_at.desc(), prompt_drafts.c.draft_id.desc()
        statement = select(prompt_drafts.c.document).order_by(*order)
        if agent is not None:
            statement = statement.where(prompt_drafts.c.agent == agent)
        with self._database.read() as connection:
            return tuple(PromptDraft.model_validate_json(text) for text in connection.scalars(statement))

    def save(self, draft_id: str, text: DraftText, *, who: str, expected_version: int) -> PromptDraft:
        with self._database.write() as connection:
            before = _read(connection, draft_id, lock=True)
            after = next_draft(before, text, who=who, expected_version=expected_version)
            same = prompt_drafts.c.draft_id == draft_id
            connection.execute(update(prompt_drafts).where(same).values(**_values(after)))
        return after

    def remove(self, draft_id: str, *, expected_version: int) -> None:
        with self._database.write() as connection:
            _remove(connection, draft_id, expected_version)

    def publish(self, draft_id: str, template: PromptTemplate, *, who: str, expected_version: int) -> PromptTemplate:
        with self._database.write() as connection:
            _remove(connection, draft_id, expected_version)
            self._prompts.add_new(connection, template, who=who)
        return template


def _remove(connection: Connection, draft_id: str, expected_version: int) -> None:
    check_draft_version(_read(connection, draft_id, lock=True), expected_version)
    connection.execute(delete(prompt_drafts).where(prompt_drafts.c.draft_id == draft_id))


def _read(connection: Connection, draft_id: str, *, lock: bool = False) -> PromptDraft:
    statement = select(prompt_drafts.c.document).where(prompt_drafts.c.draft_id == draft_id)
    text = connection.scalar(statement.with_for_update() if lock else statement)
    if text is None:
        raise NotFound(f"no draft {draft_id}")
    return PromptDraft.model_validate_json(text)


def _values(draft: PromptDraft) -> dict[str, Any]:
    return {
        "draft_id": draft.draft_id,
        "agent": draft.agent.value,
        "document": draft.model_dump_json(),
        "version": draft.version,
        "updated_at": draft.updated_at,
    }
