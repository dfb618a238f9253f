"""Prompt versions in the database, over those that ship as files."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from bot_core.messages import utc_now
from bot_core.prompts.library import PromptLibrary, unknown_prompt
from bot_core.prompts.template import PromptTemplate
from bot_core.store.database import Database
from bot_core.store.records import Authorship
from bot_core.store.rules import check_same_prompt, prompt_is_taken
from bot_core.store.sql.rows import insert_or_ignore
from bot_core.store.tables import prompt_versions


class SqlPromptStore:
    """A version never changes, so each is read once."""

    def __init__(self, database: Database, shipped: PromptLibrary) -> None:
        self._database = database
        self._shipped = shipped
        self._read: dict[str, PromptTemplate] = {}

    def get(self, prompt_id: str) -> PromptTemplate:
        template = self._known(prompt_id)
        if template is None:
            raise unknown_prompt(prompt_id, tuple(known.prompt_id for known in self.list()))
        return template

    def list(self, agent: str | None = None) -> tuple[PromptTemplate, ...]:
        statement = select(prompt_versions.c.template)
        if agent is not None:
            statement = statement.where(prompt_versions.c.agent == agent)
        with self._database.read() as connection:
            texts = connection.scalars(statement).all()
        stored = (PromptTemplate.model_validate_json(text) for text in texts)
        everything = {template.prompt_id: template for template in (*stored, *self._shipped.list(agent))}
        return tuple(template for _, template in sorted(everything.items()))

    def add(self, template: PromptTemplate, *, who: str) -> PromptTemplate:
        known = self._known(template.prompt_id)
        if known is None:
            with self._database.write() as connection:
                _insert(connection, template, who)
            known = self.get(template.prompt_id)
        check_same_prompt(known, template)
        return known

    def add_new(self, connection: Connection, template: PromptTemplate, *, who: str) -> None:
        """In a transaction that changes something else too. Raises Immutable when there is a version of that id."""
        if self._shipped_one(template.prompt_id) or not _insert(connection, template, who):
            raise prompt_is_taken(template.prompt_id)

    def authors(self) -> Mapping[str, Authorship]:
        columns = prompt_versions.c.prompt_id, prompt_versions.c.created_by, prompt_versions.c.created_at
        with self._database.read() as connection:
            return {row[0]: Authorship(who=row[1], at=row[2]) for row in connection.execute(select(*columns))}

    def _known(self, prompt_id: str) -> PromptTemplate | None:
        if prompt_id not in self._read:
            template = self._shipped_one(prompt_id) or self._stored_one(prompt_id)
            if template is None:
                return None
            self._read[prompt_id] = template
        return self._read[prompt_id]

    def _shipped_one(self, prompt_id: str) -> PromptTemplate | None:
        return next((template for template in self._shipped.list() if template.prompt_id == prompt_id), None)

    def _stored_one(self, prompt_id: str) -> PromptTemplate | None:
        statement = select(prompt_versions.c.template).where(prompt_versions.c.prompt_id == prompt_id)
        with self._database.read() as connection:
            text = connection.scalar(statement)
        return PromptTemplate.model_validate_json(text) if text else None


def _insert(connection: Connection, template: PromptTemplate, who: str) -> bool:
    values = {
        "prompt_id": template.prompt_id,
        "agent": template.agent,
        "content_hash": template.content_hash,
        "template": template.model_dump_json(),
        "created_by": who,
        "created_at": utc_now(),
    }
    return insert_or_ignore(connection, prompt_versions, values)
