"""What experiments showed, worked out once for all tabs."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from bot_core.prompts.library import PromptLibrary
from bot_core.releases.source import ReleaseSource
from workbench.evaluation.findings.making import findings
from workbench.evaluation.findings.records import Findings
from workbench.records import RunRecord
from workbench.storage.experiment_files import ExperimentFiles, ExperimentFolder

_MOST_KEPT = 8


class FindingsShelf:
    """Keeps the latest ones; those of an experiment under way are made again when it has moved on. Thread-safe."""

    def __init__(self, files: ExperimentFiles, releases: ReleaseSource, prompts: PromptLibrary) -> None:
        self._files = files
        self._releases = releases
        self._prompts = prompts
        self._kept: OrderedDict[Hashable, Findings] = OrderedDict()
        self._lock = threading.Lock()

    def of_experiment(self, experiment_id: str) -> Findings:
        """Of what was played so far. Raises NotFound, StoreError."""
        folder = self._files.open(experiment_id)
        progress = folder.progress()
        key = (experiment_id, progress.status, tuple(run.done for run in progress.runs))
        return self._once(key, lambda: self._make(folder))

    def of_pair(self, run_a: str, run_b: str) -> Findings:
        """Two runs of any experiments, as if they had been made together. Raises NotFound, StoreError."""
        return self._once((run_a, run_b), lambda: self._make_pair(run_a, run_b))

    def _make(self, folder: ExperimentFolder) -> Findings:
        names = [variant.name for variant in folder.spec.variants]
        return findings(
            [folder.results(run_id) for run_id in folder.run_ids()],
            names,
            record=folder.record(),
            specs=folder.spec.variants,
            releases=self._releases,
            prompts=self._prompts,
        )

    def _make_pair(self, run_a: str, run_b: str) -> Findings:
        folders = [self._files.of_run(run_id) for run_id in (run_a, run_b)]
        runs = [_run(folder, run_id) for folder, run_id in zip(folders, (run_a, run_b), strict=True)]
        record = (
            folders[0]
            .record()
            .model_copy(
                update={
                    "experiment_id": "",
                    "name": " / ".join(run.experiment_name for run in runs),
                    "runs": tuple(runs),
                }
            )
        )
        return findings(
            [folder.results(run.run_id) for folder, run in zip(folders, runs, strict=True)],
            ["A", "B"],
            record=record,
            specs=[run.variant for run in runs],
            releases=self._releases,
            prompts=self._prompts,
        )

    def _once(self, key: Hashable, make: Callable[[], Findings]) -> Findings:
        with self._lock:
            if key not in self._kept:
                self._kept[key] = make()
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
            return self._kept[key]


def _run(folder: ExperimentFolder, run_id: str) -> RunRecord:
    return next(run for run in folder.record().runs if run.run_id == run_id)
