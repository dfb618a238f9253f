"""Releases and prompts by name, for who only reads them: the database is opened when a name is none that ships."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot_core.prompts.library import FilePromptLibrary, PromptLibrary
from bot_core.prompts.template import PromptTemplate
from bot_core.releases.files import FileReleaseSource
from bot_core.releases.release import Release
from bot_core.releases.source import ReleaseSource

if TYPE_CHECKING:
    from bot_core.store.store import Store


class NamedBundles:
    """What `open_store` would give as releases and prompts, without its half second where all names ship.

    A stored name never hides one that ships, so the answers are the same. Raises what the store raises.
    """

    def __init__(self, url: str) -> None:
        self._late = _LateStore(url)
        self.releases: ReleaseSource = _Releases(self._late)
        self.prompts: PromptLibrary = _Prompts(self._late)

    def close(self) -> None:
        self._late.close()


class _LateStore:
    def __init__(self, url: str) -> None:
        self._url = url
        self._store: Store | None = None

    def open(self) -> Store:
        if self._store is None:
            from bot_core.store.store import open_store

            self._store = open_store(self._url)
        return self._store

    def close(self) -> None:
        if self._store:
            self._store.close()


class _Releases:
    def __init__(self, late: _LateStore) -> None:
        self._late = late
        self._shipped = FileReleaseSource()

    def get(self, release_id: str) -> Release:
        source: ReleaseSource = self._shipped if self._shipped.has(release_id) else self._late.open().releases
        return source.get(release_id)

    def list(self) -> tuple[Release, ...]:
        return self._late.open().releases.list()

    def current(self) -> Release:
        return self._late.open().releases.current()


class _Prompts:
    def __init__(self, late: _LateStore) -> None:
        self._late = late
        self._shipped = FilePromptLibrary()

    def get(self, prompt_id: str) -> PromptTemplate:
        library: PromptLibrary = self._shipped if self._shipped.has(prompt_id) else self._late.open().prompts
        return library.get(prompt_id)

    def list(self, agent: str | None = None) -> tuple[PromptTemplate, ...]:
        return self._late.open().prompts.list(agent)
