"""What experiments showed, worked out once for all tabs."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from bot_core.prompts.library import PromptLibrary
from bot_core.releases.source import ReleaseSource
from workbench.evaluation.findings.records import Findings
from workbench.evaluation.findings.stored import experiment_findings, pair_findings
from workbench.storage.experiment_files import ExperimentFiles
from workbench.texts.texts import SPANISH, speaking

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
        runs = tuple((run.done, run.passed, run.failed, run.errors) for run in progress.runs)
        key = (experiment_id, progress.status, runs, progress.pairs_done, folder.written())
        return self._once(key, lambda: experiment_findings(folder, releases=self._releases, prompts=self._prompts))

    def of_pair(self, run_a: str, run_b: str) -> Findings:
        """Two runs of any experiments, as if they had been made together. Raises NotFound, StoreError."""
        return self._once((run_a, run_b), lambda: self._pair(run_a, run_b))

    def _pair(self, run_a: str, run_b: str) -> Findings:
        return pair_findings(self._files, run_a, run_b, releases=self._releases, prompts=self._prompts)

    def _once(self, key: Hashable, make: Callable[[], Findings]) -> Findings:
        with self._lock:
            if key not in self._kept:
                # Their words are the report's; a page says them again, in the language of its tab.
                with speaking(SPANISH):
                    self._kept[key] = make()
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
            return self._kept[key]
