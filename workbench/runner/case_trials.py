"""A case that is being written, tried by a bot that needs no model: the one that answered, the promoted one, or else
the one that the gate plays own cases with."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from bot_core.errors import ConfigurationError, UserError
from bot_core.llm.gateway import OFFLINE_MODEL
from bot_core.releases.release import Release
from bot_core.settings import Settings
from bot_core.store.store import Store
from workbench.evaluation.build import Subject, build_subject
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.gate.suites import OWN
from workbench.evaluation.simulation import execute
from workbench.records import CaseResult, VariantSpec, Verdict
from workbench.runner.portal import Portal

_MOST_KEPT = 64
_MOST_BOTS = 4
_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class TriedCase:
    verdict: Verdict
    release_id: str
    """Of the bot that it was tried with."""
    untried: str
    """The release that answered when it was another one, which was not tried: it asks a model, or is no stored release.
    "" when it was tried."""
    reasons: tuple[str, ...] = ()
    """What the scorers say against it, or why it could not be played."""


class CaseTrialDesk:
    """No model is ever called. The same case is played once by the same bot. Safe for many threads."""

    def __init__(self, settings: Settings, store: Store, portal: Portal) -> None:
        self._settings = settings
        self._store = store
        self._portal = portal
        self._subjects: OrderedDict[str, Subject] = OrderedDict()
        self._tried: OrderedDict[tuple[str, str], CaseResult] = OrderedDict()
        self._lock = threading.Lock()

    def tried(self, case: Case, answered_by: str) -> TriedCase:
        """`answered_by` is the release of the conversation's last reply. Takes some hundredths of a second a turn."""
        release_id = self._free_release(answered_by)
        untried = "" if release_id == answered_by else answered_by
        try:
            result = self._result(case, release_id)
        except UserError as error:
            return TriedCase(Verdict.ERROR, release_id, untried, (str(error),))
        reasons = tuple(reason for score in result.scores for reason in score.reasons)
        return TriedCase(result.verdict, release_id, untried, (result.error.message,) if result.error else reasons)

    def _free_release(self, answered_by: str) -> str:
        promoted = self._store.releases.current().release_id
        offered = (answered_by, promoted)
        return next((one for one in offered if self._is_free(one)), OWN.variant.release_id)

    def _is_free(self, release_id: str) -> bool:
        try:
            return _asks_no_model(self._store.releases.get(release_id))
        except ConfigurationError:
            return False

    def _result(self, case: Case, release_id: str) -> CaseResult:
        key = (release_id, case.model_dump_json(exclude={"id", "why", "difficulty"}))
        with self._lock:
            if key not in self._tried:
                subject = self._subject(release_id)
                work = execute(case, subject.bot, subject.notebook, subject.context)
                self._tried[key] = self._portal.submit(work).result(_SECONDS)
                while len(self._tried) > _MOST_KEPT:
                    self._tried.popitem(last=False)
            return self._tried[key]

    def _subject(self, release_id: str) -> Subject:
        """As the gate builds it: with the catalogue of the settings, whatever the conversation had."""
        if release_id not in self._subjects:
            variant = VariantSpec(name=release_id, release_id=release_id)
            self._subjects[release_id] = build_subject(
                variant, self._settings, releases=self._store.releases, prompts=self._store.prompts
            )
            while len(self._subjects) > _MOST_BOTS:
                self._subjects.popitem(last=False)
        return self._subjects[release_id]


def _asks_no_model(release: Release) -> bool:
    return all(agent.settings.model == OFFLINE_MODEL for agent in release.agents.values())
