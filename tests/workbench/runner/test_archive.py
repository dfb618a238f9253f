from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from bot_core.settings import Settings
from workbench.evaluation.experiments.running import run_experiment
from workbench.records import ExperimentSpec, VariantSpec
from workbench.runner.archive import Archive
from workbench.storage.database import database_path, open_database
from workbench.storage.experiment_files import ExperimentFiles, experiments_folder


def test_finished_runs_are_in_the_database_without_anybody_asking(tmp_path: Path):
    settings = Settings(data_dir=tmp_path)
    files = ExperimentFiles(experiments_folder(settings))
    folder = files.create(
        ExperimentSpec(
            name="uno",
            variants=(VariantSpec(name="A"), VariantSpec(name="B", release_id="offline-exacto")),
            case_ids=(),
            split="smoke",
        )
    )
    asyncio.run(run_experiment(folder, settings))
    archive = Archive(settings, files, seconds=0.01)
    pause = threading.Event()
    while not database_path(settings).exists():
        pause.wait(0.01)
    archive.close()
    database = open_database(database_path(settings))
    assert database.query("SELECT count(*) FROM results").rows == [(60,)]
    database.close()


def test_a_broken_database_is_said_in_the_log_and_tried_again(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    settings = Settings(data_dir=tmp_path)
    files = ExperimentFiles(experiments_folder(settings))
    files.create(ExperimentSpec(name="uno", variants=(VariantSpec(name="A"),)))
    database_path(settings).write_bytes(b"not a database" * 100)
    archive = Archive(settings, files, seconds=0.01)
    pause = threading.Event()
    while len(caplog.records) < 2:
        pause.wait(0.01)
    archive.close()
    assert "workbench.duckdb" in caplog.records[0].getMessage()


def test_without_experiments_there_is_no_file(tmp_path: Path):
    settings = Settings(data_dir=tmp_path)
    archive = Archive(settings, ExperimentFiles(experiments_folder(settings)), seconds=0.01)
    threading.Event().wait(0.05)
    archive.close()
    assert not database_path(settings).exists()
