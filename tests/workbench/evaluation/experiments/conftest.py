from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot_core.settings import Settings
from tests.fakes.few_cases import few_cases
from workbench.records import ExperimentSpec, VariantSpec
from workbench.storage.experiment_files import ExperimentFiles, ExperimentFolder, experiments_folder

Created = Callable[..., ExperimentFolder]


@pytest.fixture
def files(settings: Settings) -> ExperimentFiles:
    return ExperimentFiles(experiments_folder(settings))


@pytest.fixture
def created(files: ExperimentFiles, tmp_path: Path) -> Created:
    """A new experiment "abc" of two offline variants on five small cases, with what the test wants otherwise."""
    few_cases(tmp_path / "golden")
    spec = ExperimentSpec(
        name="typos",
        variants=(VariantSpec(name="A"), VariantSpec(name="B", release_id="offline-exacto")),
        dataset_path=str(tmp_path / "golden"),
    )

    def create(**changes: Any) -> ExperimentFolder:
        return files.create(spec.model_copy(update=changes), "abc")

    return create
