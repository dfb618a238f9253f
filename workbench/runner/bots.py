"""The bots that the pages talk to: one for each release, model and catalogue that somebody chose, built when needed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot_core.errors import ModelNotConfigured
from bot_core.llm.discovery import FoundModel
from bot_core.llm.gateway import ModelSettings
from bot_core.orchestrator import OrchestrationService
from bot_core.prompts.library import PromptLibrary
from bot_core.releases.files import with_model
from bot_core.releases.release import Release
from bot_core.releases.source import ReleaseSource
from bot_core.settings import Settings
from bot_core.wiring import BotFactory
from workbench.runner.catalogs import CatalogShelf

_MOST_KEPT = 16
_OWN = ("local", "ollama")
"""Kinds of models that run on this machine."""
_OWN_MODEL_SECONDS = 120.0
_OWN_TURN_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class BotChoice:
    """What a person chose. None means the default: the current release, the release's own model, the shipped cars."""

    release_id: str | None = None
    model: str | None = None
    """Name of a model of this machine, as the discovery names it."""
    catalog_id: str | None = None


class BotShelf:
    """Builds the bot of a choice and keeps the latest ones. Safe to use from several threads."""

    def __init__(
        self,
        settings: Settings,
        releases: ReleaseSource,
        catalogs: CatalogShelf,
        models: Callable[[], Sequence[FoundModel]],
        prompts: PromptLibrary | None = None,
    ) -> None:
        """`prompts` holds those that people wrote too; None for the shipped ones."""
        self._settings = settings
        self._releases = releases
        self._catalogs = catalogs
        self._models = models
        self._prompts = prompts
        self._bots: OrderedDict[tuple[str, str | None], OrchestrationService] = OrderedDict()
        self._lock = threading.Lock()

    def bot(self, choice: BotChoice) -> OrchestrationService:
        """Raises ConfigurationError (no such release), ModelNotConfigured, and what a broken data file raises."""
        release = self.release(choice)
        key = (release.release_id, choice.catalog_id)
        with self._lock:
            if key not in self._bots:
                catalog = self._catalogs.get(choice.catalog_id).cars
                self._bots[key] = BotFactory(settings=self._settings, catalog=catalog, prompts=self._prompts).build(
                    release
                )
            self._bots.move_to_end(key)
            while len(self._bots) > _MOST_KEPT:
                self._bots.popitem(last=False)
            return self._bots[key]

    def release_name(self, choice: BotChoice) -> str:
        """What a phone is called by: the release, and the model when it is another than the release's."""
        name = choice.release_id or self._releases.current().release_id
        return f"{name} · {choice.model.partition('/')[2] or choice.model}" if choice.model else name

    def release(self, choice: BotChoice) -> Release:
        """The chosen release, on the chosen model when there is one."""
        release = self._releases.get(choice.release_id) if choice.release_id else self._releases.current()
        if choice.model is None:
            return release
        found = next((model for model in self._models() if model.model == choice.model), None)
        if found is None:
            raise ModelNotConfigured(f"{choice.model} is not available here", model=choice.model)
        changed = with_model(release, model_settings(found))
        if found.kind not in _OWN:
            return changed
        patient = changed.behaviour.model_copy(update={"turn_timeout_seconds": _OWN_TURN_SECONDS})
        return changed.model_copy(update={"behaviour": patient})


def model_settings(found: FoundModel) -> ModelSettings:
    """Settings for a model of this machine: one that runs on it is slow, and answers one question at a time."""
    if found.kind in _OWN:
        return ModelSettings(
            model=found.model, api_base=found.api_base, timeout_seconds=_OWN_MODEL_SECONDS, max_concurrency=1, retries=0
        )
    return ModelSettings(model=found.model, api_base=found.api_base)
