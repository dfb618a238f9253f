from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.fakes.few_cases import few_cases
from workbench.cli.commands import app

Workbench = Callable[..., Result]


@pytest.fixture
def workbench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """`python -m workbench …` with a data folder of its own."""
    monkeypatch.setenv("KAVAK_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    return lambda *arguments: CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture
def few_folder(tmp_path: Path) -> Path:
    few_cases(tmp_path / "golden")
    return tmp_path / "golden"
