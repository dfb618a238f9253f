from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot_core.errors import PromotionRefused, UserError
from bot_core.settings import Settings
from bot_core.store.store import Store, open_store
from tests.fakes.few_cases import FEW
from workbench.cli.commands import app
from workbench.evaluation.experiments.running import run_experiment
from workbench.records import ExperimentSpec, VariantSpec
from workbench.storage.experiment_files import ExperimentFiles, experiments_folder

CANDIDATE = "offline-exacto"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("KAVAK_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("KAVAK_DATABASE_URL", raising=False)
    return Settings(data_dir=tmp_path)


@pytest.fixture
def store(settings: Settings) -> Store:
    return open_store(settings.store_url)


def experiment(settings: Settings, folder: Path) -> str:
    (folder / "few").mkdir()
    (folder / "few" / "few.yaml").write_text(FEW, encoding="utf-8")
    spec = ExperimentSpec(
        name="few",
        variants=(VariantSpec(name="offline-base"), VariantSpec(name=CANDIDATE, release_id=CANDIDATE)),
        split="smoke",
        dataset_path=str(folder / "few"),
    )
    made = ExperimentFiles(experiments_folder(settings)).create(spec)
    asyncio.run(run_experiment(made, settings))
    return made.experiment_id


def run(*arguments: str) -> tuple[int, str, BaseException | None]:
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.stdout, done.exception


def test_without_evidence_a_release_is_refused_with_the_grounds(store: Store):
    code, _, error = run("promote", CANDIDATE)
    assert code != 0
    assert isinstance(error, PromotionRefused)
    assert error.grounds == ("missing",)
    assert store.releases.history() == ()


def test_evidence_that_does_not_fit_is_refused(store: Store, settings: Settings, tmp_path: Path):
    code, _, error = run("promote", CANDIDATE, "--evidence", experiment(settings, tmp_path))
    assert code != 0
    assert isinstance(error, PromotionRefused)
    assert "small_set" in error.grounds


def test_an_override_is_recorded_and_rolled_back(store: Store):
    code, said, _ = run("promote", CANDIDATE, "--override", "caída del proveedor", "--who", "ana")
    assert code == 0
    assert "offline-exacto is served from now on (line 1 of the history, ana)" in said
    assert store.releases.current().release_id == CANDIDATE
    [line] = store.releases.history()
    assert line.evidence["override"] == line.reason == "caída del proveedor"
    code, said, _ = run("rollback", "--reason", "quejas", "--who", "eva")
    assert code == 0
    assert store.releases.current().release_id == "offline-base"
    assert store.releases.history()[-1].who == "eva"


def test_an_override_needs_a_reason(store: Store):
    assert isinstance(run("promote", CANDIDATE, "--override", " ")[2], UserError)
    assert store.releases.history() == ()
