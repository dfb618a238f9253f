"""An experiment of models on the few cases, whose conversations a judge scores and compares."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot_core.llm.gateway import ModelSettings
from bot_core.settings import Settings
from tests.fakes.few_cases import few_cases
from workbench.records import ExperimentSpec, JudgeSpec, VariantSpec
from workbench.storage.experiment_files import ExperimentFiles, ExperimentFolder, experiments_folder


def settings_in(folder: Path) -> Settings:
    return Settings(data_dir=folder / "var", _env_file=None)


def judged_experiment(
    folder: Path, name: str, bots: Mapping[str, ModelSettings], judge: ModelSettings, **more: Any
) -> ExperimentFolder:
    """New in the data folder of `settings_in`, not started; one variant for each of `bots`."""
    few_cases(folder / "golden")
    spec = ExperimentSpec(
        name=name,
        variants=tuple(VariantSpec(name=variant, model=model) for variant, model in bots.items()),
        judge=JudgeSpec(model=judge, pairwise=True),
        dataset_path=str(folder / "golden"),
        **more,
    )
    return ExperimentFiles(experiments_folder(settings_in(folder))).create(spec, name)
