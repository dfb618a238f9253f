"""The findings of experiments that are in files, finished or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot_core.errors import NotFound, UserError
from bot_core.prompts.library import PromptLibrary
from bot_core.releases.source import ReleaseSource
from workbench.evaluation.findings.making import findings
from workbench.evaluation.findings.records import Findings
from workbench.records import JudgeSpec, RunRecord, RunStatus
from workbench.storage.experiment_files import ExperimentFiles, ExperimentFolder
from workbench.storage.preference_files import PreferenceRecord


def experiment_findings(
    folder: ExperimentFolder, *, releases: ReleaseSource | None = None, prompts: PromptLibrary | None = None
) -> Findings:
    """Of what was played so far; a replay's times count for nothing. Raises StoreError."""
    return findings(
        [folder.results(run_id) for run_id in folder.run_ids()],
        [variant.name for variant in folder.spec.variants],
        record=folder.record(),
        specs=folder.spec.variants,
        releases=releases,
        prompts=prompts,
        judge=folder.spec.judge,
        preferences=_preferences(folder),
        timed=not folder.spec.replay,
    )


def pair_findings(
    files: ExperimentFiles,
    run_a: str,
    run_b: str,
    *,
    releases: ReleaseSource | None = None,
    prompts: PromptLibrary | None = None,
) -> Findings:
    """Two runs of any experiments, as if they had been made together.

    Raises NotFound, StoreError, and UserError for a run with itself.
    """
    if run_a == run_b:
        raise UserError(f"{run_a} is compared with itself", hint="name two runs")
    folders = [files.of_run(run_id) for run_id in (run_a, run_b)]
    runs = [_run(folder, run_id) for folder, run_id in zip(folders, (run_a, run_b), strict=True)]
    names = [run.variant.name for run in runs]
    records = [folder.record() for folder in folders]
    joined = {
        "experiment_id": "",
        "name": " / ".join(run.experiment_name for run in runs),
        "split": " / ".join(dict.fromkeys(run.split for run in runs)),
        "status": next((one.status for one in records if one.status is not RunStatus.FINISHED), RunStatus.FINISHED),
        "runs": tuple(runs),
    }
    return findings(
        [folder.results(run.run_id) for folder, run in zip(folders, runs, strict=True)],
        names if names[0] != names[1] else [f"{name} ({run.run_id})" for name, run in zip(names, runs, strict=True)],
        record=records[0].model_copy(update=joined),
        specs=[run.variant for run in runs],
        releases=releases,
        prompts=prompts,
        judge=_same_judge(folders),
        timed=not any(folder.spec.replay for folder in folders),
    )


def _preferences(folder: ExperimentFolder) -> dict[str, Iterable[PreferenceRecord]]:
    """By candidate."""
    if folder.spec.judge is None or not folder.spec.judge.pairwise:
        return {}
    candidates = list(zip(folder.run_ids(), folder.spec.variants, strict=True))[1:]
    return {variant.name: folder.preferences(run_id) for run_id, variant in candidates}


def _same_judge(folders: Sequence[ExperimentFolder]) -> JudgeSpec | None:
    """Verdicts of two judges are not corrected as if they were one's."""
    first, *others = [folder.spec.judge for folder in folders]
    return first if all(other == first for other in others) else None


def _run(folder: ExperimentFolder, run_id: str) -> RunRecord:
    known = next((run for run in folder.record().runs if run.run_id == run_id), None)
    if known is None:
        raise NotFound(f"no run {run_id} that has started in the experiment {folder.experiment_id}")
    return known
