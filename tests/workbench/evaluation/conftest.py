from __future__ import annotations

from pathlib import Path

import pytest

from bot_core.settings import Settings
from tests.fakes.few_cases import FEW, few_cases
from workbench.evaluation.dataset.loading import Dataset


@pytest.fixture
def few(tmp_path: Path) -> Dataset:
    """Five cases, one of them an attack and one a conversation."""
    return few_cases(tmp_path / "golden")


@pytest.fixture
def few_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "golden"
    folder.mkdir(exist_ok=True)
    (folder / "few.yaml").write_text(FEW, encoding="utf-8")
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The shipped catalogue and knowledge, a data folder of its own."""
    return Settings(data_dir=tmp_path / "var", _env_file=None)
