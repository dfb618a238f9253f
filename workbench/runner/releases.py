"""Releases: what each holds, which experiments speak for one, and what is served. The pages and the command line use
the same desk, so both follow the same rule."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from bot_core.errors import ConfigurationError, PromotionRefused, UserError
from bot_core.llm.gateway import OFFLINE_MODEL
from bot_core.releases.files import DEFAULT_RELEASE
from bot_core.releases.release import Release
from bot_core.settings import Settings
from bot_core.store.records import Authorship, Promotion
from bot_core.store.rules import standing
from bot_core.store.store import Store
from workbench.evaluation.build import variant_release
from workbench.evaluation.cassettes import CASSETTES, is_recorded
from workbench.evaluation.dataset.loading import GOLDEN_FOLDER, cases_digest, load_dataset
from workbench.evaluation.experiments.provenance import file_digest
from workbench.evaluation.gate.evidence import (
    SPLITS,
    Evidence,
    Ground,
    PlayedRun,
    Question,
    Ruling,
    content,
    overridden,
    weigh,
)
from workbench.evaluation.judge.evidence import Calibrations
from workbench.records import ExperimentRecord, ExperimentSpec, RunRecord, RunStatus, VariantSpec
from workbench.storage.experiment_files import ExperimentFiles, ExperimentFolder

Played = Literal["offline", "replay", "models"]
_LOOKED_THROUGH = 40
"""Newest experiments in which evidence is looked for."""
_KEPT = 64
_SHORTEST_REASON = 5


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    release: Release
    author: Authorship | None
    """None for one that ships."""
    is_served: bool


@dataclass(frozen=True, slots=True)
class Witness:
    """An experiment in which the candidate played, and what it allows."""

    experiment: ExperimentRecord
    ruling: Ruling


@dataclass(frozen=True, slots=True)
class EvidencePlan:
    """The experiment that would be evidence. "offline" and "replay" cost nothing, "models" asks the real ones."""

    spec: ExperimentSpec
    played: Played


class Experiments(Protocol):
    """What starts them; the desk of the pages, say."""

    @property
    def files(self) -> ExperimentFiles: ...

    def start(self, spec: ExperimentSpec) -> str: ...


class ReleaseDesk:
    """Safe for many threads. Rulings of finished experiments are kept: they change only with what they rest on."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        experiments: Experiments,
        *,
        dataset: Path | None = None,
        calibrations: Calibrations | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._experiments = experiments
        self._dataset = dataset or GOLDEN_FOLDER
        self._calibrations = calibrations or Calibrations()
        self._rulings: dict[tuple[str, ...], Ruling] = {}
        self._digests: tuple[object, Mapping[str, str]] = (None, {})
        self._lock = threading.Lock()

    def rows(self) -> tuple[ReleaseRow, ...]:
        """The served one first, then the newest."""
        served = self._store.releases.current().release_id
        authors = self._store.releases.authors()
        rows = [
            ReleaseRow(release, authors.get(release.release_id), release.release_id == served)
            for release in self._store.releases.list()
        ]
        return tuple(sorted(rows, key=lambda row: (row.is_served, row.release.created_at), reverse=True))

    def history(self) -> tuple[Promotion, ...]:
        """Newest first."""
        return self._store.releases.history()[::-1]

    def rolls_back_to(self) -> str | None:
        """What one roll-back would serve; None when there is nothing to roll back."""
        known = standing(self._store.releases.history(), DEFAULT_RELEASE)
        return known[-2] if len(known) > 1 else None

    def witnesses(self, release_id: str) -> tuple[Witness, ...]:
        """The newest experiments in which the release played, with what each allows today."""
        question = self._question(release_id)
        wanted = content(question.candidate, question.prompt_hashes)
        found = []
        for folder in self._experiments.files.list(_LOOKED_THROUGH):
            released = (self._release_of(variant) for variant in folder.spec.variants)
            if any(release and content(release, question.prompt_hashes) == wanted for release in released):
                found.append(Witness(folder.record(), self._ruling(question, folder)))
        return tuple(found)

    def ruling(self, release_id: str, experiment_id: str | None) -> Ruling:
        """What this experiment allows. Raises ConfigurationError or NotFound for an unknown id."""
        question = self._question(release_id)
        if experiment_id is None:
            return weigh(question, None)
        return self._ruling(question, self._experiments.files.open(experiment_id))

    def promote(self, release_id: str, experiment_id: str | None, *, who: str, reason: str = "") -> Promotion:
        """Serve the release. Raises PromotionRefused with the grounds, Conflict when another one is served by now."""
        served = self._store.releases.current().release_id
        ruling = self.ruling(release_id, experiment_id)
        if not ruling.allowed:
            raise _refused(release_id, ruling)
        return self._store.releases.promote(
            release_id,
            who=_named(who),
            reason=reason.strip(),
            evidence=ruling.as_json(),
            expected_current=served,
        )

    def override(self, release_id: str, experiment_id: str | None, *, who: str, reason: str) -> Promotion:
        """Serve the release against the rule; name, reason and what was overridden stay in the history.
        Raises UserError without a name or a reason, PromotionRefused for the release that is served already."""
        served = self._store.releases.current().release_id
        if len(reason.strip()) < _SHORTEST_REASON:
            raise UserError("an override needs a reason", hint="say why it cannot wait for evidence")
        ruling = self.ruling(release_id, experiment_id)
        if any(refusal.ground == Ground.SERVED for refusal in ruling.refusals):
            raise _refused(release_id, ruling)
        return self._store.releases.promote(
            release_id,
            who=_named(who),
            reason=reason.strip(),
            evidence=overridden(ruling, reason=reason.strip()),
            expected_current=served,
        )

    def roll_back(self, *, who: str, reason: str) -> Promotion:
        """Serve again what was served before. Raises Conflict when nothing is left, UserError without a name."""
        return self._store.releases.roll_back(who=_named(who), reason=reason.strip())

    def plan(self, release_id: str) -> EvidencePlan:
        """The candidate against what is served, as cheaply as it can be played."""
        releases = self._store.releases.current(), self._store.releases.get(release_id)
        played: Played = "models"
        if all(_needs_no_model(release) for release in releases):
            played = "offline"
        elif all(_needs_no_model(release) or _has_cassettes(release) for release in releases):
            played = "replay"
        variants = tuple(VariantSpec(name=release.release_id, release_id=release.release_id) for release in releases)
        spec = ExperimentSpec(
            name=f"{releases[1].release_id} / {releases[0].release_id}",
            variants=variants,
            split="recorded" if played == "replay" else "golden",
            replay=played == "replay",
            dataset_path=None if self._dataset == GOLDEN_FOLDER else str(self._dataset),
        )
        return EvidencePlan(spec, played)

    def gather(self, release_id: str) -> str:
        """Start that experiment; returns its id. Raises PromotionRefused for the release that is served already."""
        ruling = self.ruling(release_id, None)
        if any(refusal.ground == Ground.SERVED for refusal in ruling.refusals):
            raise _refused(release_id, ruling)
        return self._experiments.start(self.plan(release_id).spec)

    def _question(self, release_id: str) -> Question:
        files = {"catalog": self._settings.catalog_path, "knowledge": self._settings.knowledge_path}
        return Question(
            candidate=self._store.releases.get(release_id),
            current=self._store.releases.current(),
            prompt_hashes={found.prompt_id: found.content_hash for found in self._store.prompts.list()},
            dataset_digests=self._digests_of_today(),
            files={name: file_digest(path) or "" for name, path in files.items()},
        )

    def _digests_of_today(self) -> Mapping[str, str]:
        """Read again only when a case file has changed."""
        state = tuple(sorted((path.name, path.stat().st_mtime_ns) for path in self._dataset.glob("*.yaml")))
        with self._lock:
            if self._digests[0] != state:
                dataset = load_dataset(self._dataset)
                held = [
                    name for name in SPLITS if name == "golden" or any(name in case.splits for case in dataset.cases)
                ]
                self._digests = (state, {name: cases_digest(dataset.split(name)) for name in held})
            return self._digests[1]

    def _ruling(self, question: Question, folder: ExperimentFolder) -> Ruling:
        record = folder.record()
        key = (folder.experiment_id, record.status.value, *_resting_on(question), self._calibrations.state())
        with self._lock:
            known = self._rulings.get(key)
        if known is None:
            known = weigh(question, self._evidence(folder, record, whole=False))
            if all(refusal.ground == Ground.BROKEN_CASES for refusal in known.refusals) and known.refusals:
                # It fits so far: only now are its transcripts worth reading.
                known = weigh(question, self._evidence(folder, record, whole=True))
            with self._lock:
                self._rulings = {**dict([*self._rulings.items()][-_KEPT:]), key: known}
        return known

    def _evidence(self, folder: ExperimentFolder, record: ExperimentRecord, *, whole: bool) -> Evidence:
        def played(run: RunRecord) -> PlayedRun:
            results = tuple(folder.results(run.run_id)) if whole else ()
            return PlayedRun(run, self._release_of(run.variant), results)

        runs = tuple(played(run) for run in record.runs)
        judge = self._calibrations.evidence(result for run in runs for result in run.results)
        return Evidence(folder.experiment_id, record.status, runs, judge)

    def _release_of(self, variant: VariantSpec) -> Release | None:
        try:
            return variant_release(variant, self._store.releases)
        except ConfigurationError:
            return None


def experiment_is_alive(status: RunStatus) -> bool:
    return status in (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.PAUSED)


def _resting_on(question: Question) -> Iterator[str]:
    yield content(question.candidate, question.prompt_hashes)
    yield content(question.current, question.prompt_hashes)
    yield from (f"{name}={value}" for name, value in sorted({**question.dataset_digests, **question.files}.items()))


def _refused(release_id: str, ruling: Ruling) -> PromotionRefused:
    grounds = tuple(refusal.ground.value for refusal in ruling.refusals)
    told = "; ".join(f"{refusal.ground.value} {refusal.about}".strip() for refusal in ruling.refusals)
    return PromotionRefused(f"{release_id} is not promoted: {told}", grounds=grounds, hint="see docs/releases.md")


def _named(who: str) -> str:
    if not who.strip():
        raise UserError("whoever decides has a name", hint="write yours")
    return who.strip()


def _needs_no_model(release: Release) -> bool:
    return all(agent.settings.model == OFFLINE_MODEL for agent in release.agents.values())


def _has_cassettes(release: Release) -> bool:
    return is_recorded(CASSETTES, release.release_id)
