"""Which experiments speak for a release, as they stand today."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot_core.errors import ConfigurationError, DatasetError
from bot_core.releases.release import Release
from bot_core.settings import Settings
from bot_core.store.store import Store
from workbench.evaluation.build import variant_release
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.dataset.loading import (
    GOLDEN_FOLDER,
    OWN_FOLDER,
    OWN_SPLIT,
    Dataset,
    cases_digest,
    load_dataset,
)
from workbench.evaluation.experiments.provenance import file_digest
from workbench.evaluation.gate.evidence import (
    SPLITS,
    Evidence,
    Ground,
    PlayedRun,
    Question,
    Ruling,
    content,
    weigh,
    with_own_cases,
)
from workbench.evaluation.judge.evidence import Calibrations
from workbench.records import ExperimentRecord, RunRecord, VariantSpec
from workbench.storage.experiment_files import ExperimentFiles, ExperimentFolder

_LOOKED_THROUGH = 40
"""Newest experiments in which evidence is looked for."""
_KEPT = 64


@dataclass(frozen=True, slots=True)
class Witness:
    """An experiment in which the candidate played, and what it allows."""

    experiment: ExperimentRecord
    ruling: Ruling
    is_own: bool = False
    """On the cases that people made: it cannot allow anything alone."""


class EvidenceShelf:
    """Safe for many threads. Rulings of finished experiments are kept: they change only with what they rest on."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        files: ExperimentFiles,
        *,
        dataset: Path | None = None,
        calibrations: Calibrations | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._files = files
        self.dataset = dataset or GOLDEN_FOLDER
        self._own = settings.data_dir / OWN_FOLDER
        self._calibrations = calibrations or Calibrations()
        self._rulings: dict[tuple[str, ...], Ruling] = {}
        self._digests: tuple[object, Mapping[str, str]] = (None, {})
        self._lock = threading.Lock()

    def has_own_cases(self) -> bool:
        """Whether people made cases of conversations."""
        return OWN_SPLIT in self._digests_of_today()

    def witnesses(self, release_id: str) -> tuple[Witness, ...]:
        """The newest experiments in which the release played, with what each allows today."""
        question = self._question(release_id)
        wanted = content(question.candidate, question.prompt_hashes)
        return tuple(
            Witness(folder.record(), self._decided(question, folder), _is_own(folder))
            for folder in self._files.list(_LOOKED_THROUGH)
            if self._plays(folder, wanted, question)
        )

    def ruling(self, release_id: str, experiment_id: str | None) -> Ruling:
        """What this experiment allows. Raises ConfigurationError or NotFound for an unknown id."""
        question = self._question(release_id)
        if experiment_id is None:
            return weigh(question, None)
        return self._decided(question, self._files.open(experiment_id))

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
        files = [*self.dataset.glob("*.yaml"), *self._own.glob("*.yaml")]
        state = tuple(sorted((str(path), path.stat().st_mtime_ns) for path in files))
        with self._lock:
            if self._digests[0] != state:
                dataset = load_dataset(self.dataset, own=self._own)
                self._digests = (state, {name: cases_digest(cases) for name, cases in _deciding(dataset)})
            return self._digests[1]

    def _decided(self, question: Question, folder: ExperimentFolder) -> Ruling:
        """The experiment's ruling; one that would allow it has the newest one on people's own cases beside it."""
        ruling = self._ruling(question, folder)
        if _is_own(folder) or not ruling.allowed or OWN_SPLIT not in question.dataset_digests:
            return ruling
        wanted = content(question.candidate, question.prompt_hashes)
        played = (each for each in self._files.list(_LOOKED_THROUGH) if _is_own(each))
        newest = next((each for each in played if self._plays(each, wanted, question)), None)
        return with_own_cases(ruling, self._ruling(question, newest) if newest else None)

    def _plays(self, folder: ExperimentFolder, wanted: str, question: Question) -> bool:
        released = (self._release_of(variant) for variant in folder.spec.variants)
        return any(release and content(release, question.prompt_hashes) == wanted for release in released)

    def _ruling(self, question: Question, folder: ExperimentFolder) -> Ruling:
        if _is_own(folder):
            question = replace(question, splits=(OWN_SPLIT,))
        record = folder.record()
        ended = f"{record.status.value} {record.finished_at}"
        key = (folder.experiment_id, ended, *_resting_on(question), self._calibrations.state())
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


def _is_own(folder: ExperimentFolder) -> bool:
    return folder.spec.split == OWN_SPLIT and not folder.spec.personas


def _deciding(dataset: Dataset) -> Iterator[tuple[str, Sequence[Case]]]:
    """The splits that may decide, as far as the dataset holds any case of them."""
    for name in (*SPLITS, OWN_SPLIT):
        try:
            yield name, dataset.split(name)
        except DatasetError:
            continue


def _resting_on(question: Question) -> Iterator[str]:
    yield content(question.candidate, question.prompt_hashes)
    yield content(question.current, question.prompt_hashes)
    yield from (f"{name}={value}" for name, value in sorted({**question.dataset_digests, **question.files}.items()))
