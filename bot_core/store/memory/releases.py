"""Prompt versions, releases and named things in this process's memory, over those that ship as files."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from bot_core.errors import NotFound
from bot_core.prompts.library import PromptLibrary, unknown_prompt
from bot_core.prompts.template import PromptTemplate
from bot_core.releases.files import unknown_release
from bot_core.releases.release import Release
from bot_core.releases.source import ReleaseSource
from bot_core.store.records import Authorship, Promotion
from bot_core.store.rules import (
    check_promotable,
    check_same_prompt,
    check_same_release,
    promotion,
    prompt_is_taken,
    rolled_back,
    served,
)


class MemoryPromptStore:
    def __init__(self, shipped: PromptLibrary) -> None:
        self._lock = threading.Lock()
        self._known = {template.prompt_id: template for template in shipped.list()}
        self._authors: dict[str, Authorship] = {}

    def get(self, prompt_id: str) -> PromptTemplate:
        template = self._known.get(prompt_id)
        if template is None:
            raise unknown_prompt(prompt_id, tuple(sorted(self._known)))
        return template

    def list(self, agent: str | None = None) -> tuple[PromptTemplate, ...]:
        with self._lock:
            return tuple(t for _, t in sorted(self._known.items()) if agent in (None, t.agent))

    def add(self, template: PromptTemplate, *, who: str) -> PromptTemplate:
        with self._lock:
            if template.prompt_id not in self._known:
                self._authors[template.prompt_id] = Authorship(who=who)
            known = self._known.setdefault(template.prompt_id, template)
        check_same_prompt(known, template)
        return known

    def add_new(self, template: PromptTemplate, *, who: str) -> None:
        """Raises Immutable when there is a version of that id."""
        with self._lock:
            if template.prompt_id in self._known:
                raise prompt_is_taken(template.prompt_id)
            self._known[template.prompt_id] = template
            self._authors[template.prompt_id] = Authorship(who=who)

    def authors(self) -> Mapping[str, Authorship]:
        with self._lock:
            return dict(self._authors)


class MemoryReleaseStore:
    def __init__(self, shipped: ReleaseSource, prompts: PromptLibrary) -> None:
        self._lock = threading.Lock()
        self._prompts = prompts
        self._default = shipped.current().release_id
        self._known = {release.release_id: release for release in shipped.list()}
        self._authors: dict[str, Authorship] = {}
        self._history: tuple[Promotion, ...] = ()

    def get(self, release_id: str) -> Release:
        release = self._known.get(release_id)
        if release is None:
            raise unknown_release(release_id, tuple(sorted(self._known)))
        return release

    def list(self) -> tuple[Release, ...]:
        with self._lock:
            return tuple(release for _, release in sorted(self._known.items()))

    def current(self) -> Release:
        return self.get(served(self._history, self._default))

    def add(self, release: Release, *, who: str) -> Release:
        with self._lock:
            if release.release_id not in self._known:
                self._authors[release.release_id] = Authorship(who=who, at=release.created_at)
            known = self._known.setdefault(release.release_id, release)
        check_same_release(known, release)
        return known

    def authors(self) -> Mapping[str, Authorship]:
        with self._lock:
            return dict(self._authors)

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
        with self._lock:
            return self._append(
                promotion(
                    self._history,
                    release_id,
                    default=self._default,
                    who=who,
                    reason=reason,
                    evidence=evidence,
                    expected_current=expected_current,
                )
            )

    def roll_back(self, *, who: str, reason: str, expected_current: str | None = None) -> Promotion:
        with self._lock:
            return self._append(
                rolled_back(
                    self._history, default=self._default, who=who, reason=reason, expected_current=expected_current
                )
            )

    def history(self) -> tuple[Promotion, ...]:
        return self._history

    def _append(self, line: Promotion) -> Promotion:
        self._history = (*self._history, line)
        return line


Item = TypeVar("Item")


class MemoryNamedStore(Generic[Item]):
    def __init__(self, what: str, name_of: Callable[[Item], str]) -> None:
        self._what = what
        self._name_of = name_of
        self._items: dict[str, Item] = {}

    def put(self, item: Item) -> None:
        self._items[self._name_of(item)] = item

    def get(self, name: str) -> Item:
        item = self._items.get(name)
        if item is None:
            raise NotFound(f"no {self._what} {name}")
        return item

    def list(self) -> tuple[Item, ...]:
        return tuple(item for _, item in sorted(self._items.copy().items()))

    def remove(self, name: str) -> None:
        self._items.pop(name, None)
