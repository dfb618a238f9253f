"""The demonstration: two prompt versions on a recorded real model, and the offline baseline against them, replayed."""

from __future__ import annotations

import shutil
from dataclasses import replace

from bot_core.settings import Settings
from workbench.evaluation.cassettes import CASSETTES, recorded_traffic
from workbench.evaluation.experiments.running import OnProgress, run_experiment
from workbench.evaluation.findings.records import Findings
from workbench.evaluation.findings.stored import experiment_findings
from workbench.records import ExperimentSpec, Provenance, VariantSpec
from workbench.storage.experiment_files import ExperimentFiles, experiments_folder
from workbench.storage.locks import locked

EXPERIMENT_ID = "demo"
SPEC = ExperimentSpec(
    name="Demostración: dos versiones de prompts y el bot sin modelo",
    variants=(
        VariantSpec(name="Prompts v1 (qwen 1.5B)", release_id="local"),
        VariantSpec(name="Prompts v2 (qwen 1.5B)", release_id="local-v2"),
        VariantSpec(name="Sin modelo", release_id="offline-base"),
    ),
    split="recorded",
    replay=True,
)


async def demonstrate(settings: Settings, *, on_progress: OnProgress | None = None) -> Findings:
    """Play it anew; needs no key and opens no socket. It stays in the data folder, where the workbench shows it.

    Raises Conflict when another process plays it, StaleCassette when the recordings do not fit the prompts any more.
    """
    files = ExperimentFiles(experiments_folder(settings))
    before = files.folder / EXPERIMENT_ID
    if before.exists():
        with locked(before / "lock"):
            shutil.rmtree(before)
    folder = files.create(SPEC, EXPERIMENT_ID)
    await run_experiment(folder, settings, on_progress=on_progress)
    return _as_recorded(experiment_findings(folder))


def _as_recorded(found: Findings) -> Findings:
    """Dated by its recordings, known by its data alone: the same files give the same report on any day and commit."""
    traffic = recorded_traffic(CASSETTES, [variant.release_id for variant in SPEC.variants])
    origins = tuple(
        replace(one, provenance=Provenance(hashes=one.provenance.hashes | {"cassettes": traffic.digest}))
        for one in found.origins
    )
    return replace(found, started_at=traffic.recorded_on, origins=origins)
