"""Releases and their history in the database, over those that ship as files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from bot_core.errors import Conflict
from bot_core.prompts.library import PromptLibrary
from bot_core.releases.files import unknown_release
from bot_core.releases.release import Release
from bot_core.releases.source import ReleaseSource
from bot_core.store.database import Database
from bot_core.store.records import Authorship, Promotion
from bot_core.store.rules import check_promotable, check_same_release, promotion, rolled_back
from bot_core.store.sql.rows import insert_or_ignore
from bot_core.store.tables import release_history, releases


class SqlReleaseStore:
    """A release never changes, so each is read once; which one is served is asked of the database every time."""

    def __init__(self, database: Database, shipped: ReleaseSource, prompts: PromptLibrary) -> None:
        self._database = database
        self._prompts = prompts
        self._shipped = shipped
        self._default = shipped.current().release_id
        self._read: dict[str, Release] = {}

    def get(self, release_id: str) -> Release:
        release = self._known(release_id)
        if release is None:
            raise unknown_release(release_id, tuple(known.release_id for known in self.list()))
        return release

    def list(self) -> tuple[Release, ...]:
        with self._database.read() as connection:
            texts = connection.scalars(select(releases.c.release)).all()
        stored = (Release.model_validate_json(text) for text in texts)
        everything = {release.release_id: release for release in (*stored, *self._shipped.list())}
        return tuple(release for _, release in sorted(everything.items()))

    def current(self) -> Release:
        last = select(release_history.c.release_id).order_by(release_history.c.position.desc()).limit(1)
        with self._database.read() as connection:
            release_id = connection.scalar(last)
        return self.get(release_id or self._default)

    def add(self, release: Release, *, who: str) -> Release:
        known = self._known(release.release_id)
        if known is None:
            values = {
                "release_id": release.release_id,
                "release": release.model_dump_json(),
                "created_by": who,
                "created_at": release.created_at,
            }
            with self._database.write() as connection:
                insert_or_ignore(connection, releases, values)
            known = self.get(release.release_id)
        check_same_release(known, release)
        return known

    def authors(self) -> Mapping[str, Authorship]:
        columns = releases.c.release_id, releases.c.created_by, releases.c.created_at
        with self._database.read() as connection:
            return {row[0]: Authorship(who=row[1], at=row[2]) for row in connection.execute(select(*columns))}

    def promote(
        self,
        release_id: str,
        *,
        who: str,
        reason: str,
        evidence: Mapping[str, Any] | None = None,
        expected_current: str | None = None,
    ) -> Promotion:
        check_promotable(self.get(release_id), self._prompts)
        with self._database.write() as connection:
            line = promotion(
                _history(connection),
                release_id,
                default=self._default,
                who=who,
                reason=reason,
                evidence=evidence,
                expected_current=expected_current,
            )
            return _append(connection, line)

    def roll_back(self, *, who: str, reason: str, expected_current: str | None = None) -> Promotion:
        with self._database.write() as connection:
            line = rolled_back(
                _history(connection), default=self._default, who=who, reason=reason, expected_current=expected_current
            )
            return _append(connection, line)

    def history(self) -> tuple[Promotion, ...]:
        with self._database.read() as connection:
            return _history(connection)

    def _known(self, release_id: str) -> Release | None:
        if not self._read:
            self._read = {release.release_id: release for release in self._shipped.list()}
        if release_id not in self._read:
            statement = select(releases.c.release).where(releases.c.release_id == release_id)
            with self._database.read() as connection:
                text = connection.scalar(statement)
            if text is None:
                return None
            self._read[release_id] = Release.model_validate_json(text)
        return self._read[release_id]


def _history(connection: Connection) -> tuple[Promotion, ...]:
    rows = connection.execute(select(release_history).order_by(release_history.c.position))
    return tuple(Promotion(**row._asdict() | {"evidence": json.loads(row.evidence)}) for row in rows)


def _append(connection: Connection, line: Promotion) -> Promotion:
    values = line.model_dump() | {
        "action": line.action.value,
        "evidence": json.dumps(line.evidence, ensure_ascii=False),
    }
    # The position is the key: of two promotions at the same moment one fails and nothing is overwritten.
    if not insert_or_ignore(connection, release_history, values):
        raise Conflict("somebody else promoted at the same moment", hint="look at the history and retry")
    return line
