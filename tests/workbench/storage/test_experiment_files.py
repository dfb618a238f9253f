from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bot_core.errors import NotFound, StoreError
from tests.fakes.results import result
from workbench.records import ExperimentProgress, ExperimentSpec, RunStatus, VariantSpec
from workbench.storage.experiment_files import Control, ExperimentFiles
from workbench.storage.journal import Journal
from workbench.storage.locks import locked

SPEC = ExperimentSpec(name="one", variants=(VariantSpec(name="A"), VariantSpec(name="B")))


@pytest.fixture
def files(tmp_path):
    return ExperimentFiles(tmp_path / "experiments")


def test_a_new_experiment_is_queued_and_found_again(files):
    folder = files.create(SPEC, "e1")
    assert files.open("e1").spec == SPEC
    assert folder.progress().status is RunStatus.QUEUED
    assert [run.run_id for run in folder.progress().runs] == ["e1-1", "e1-2"]
    assert folder.record().runs == ()
    assert files.of_run("e1-2").experiment_id == "e1"


def test_creating_the_same_id_twice_keeps_the_first(files):
    files.create(SPEC, "e1")
    assert files.create(SPEC.model_copy(update={"name": "two"}), "e1").spec.name == "one"


def test_the_newest_comes_first(files):
    for number, name in enumerate(("old", "new", "middle")):
        folder = files.create(SPEC, name)
        stamp = 1_000_000_000 + {"old": 0, "middle": 1, "new": 2}[name]
        os.utime(folder.path / "spec.json", (stamp, stamp))
        assert len(files.list()) == number + 1
    assert [folder.experiment_id for folder in files.list(2)] == ["new", "middle"]


def test_what_is_not_there_is_named(files):
    with pytest.raises(NotFound, match="no experiment e9"):
        files.open("e9")
    with pytest.raises(NotFound, match="no experiment"):
        files.open("../../etc")
    with pytest.raises(NotFound, match="no run e2-1"):
        files.create(SPEC, "e1").results("e2-1")
    with pytest.raises(StoreError, match="cannot name"):
        files.create(SPEC, "../e1")


def test_a_broken_file_is_named_and_left_out_of_the_list(files):
    folder = files.create(SPEC, "e1")
    (folder.path / "spec.json").write_text("{}")
    with pytest.raises(StoreError, match=r"spec\.json: not a ExperimentSpec"):
        files.open("e1")
    assert files.list() == ()


@pytest.mark.parametrize("name", ["spec.json", "progress.json", "record.json"])
def test_a_damaged_experiment_stops_no_other(files, name):
    files.create(SPEC, "sound")
    (files.create(SPEC, "e1").path / name).write_text('{"experiment_id"')
    assert [folder.experiment_id for folder in files.list()] == ["sound"]
    [found] = files.damaged()
    assert found.experiment_id == "e1"
    assert name in found.problem and "move its folder away" in found.problem


def test_a_wish_is_kept_for_the_runner(files):
    folder = files.create(SPEC, "e1")
    assert folder.asked() is Control.RUN
    folder.ask(Control.PAUSE)
    assert files.open("e1").asked() is Control.PAUSE


def test_results_of_a_run_under_way_can_be_read(files):
    folder = files.create(SPEC, "e1")
    assert list(folder.results("e1-1")) == []
    Journal(folder.journal_path("e1-1")).append(result("a-a"))
    assert [found.case_id for found in folder.results("e1-1")] == ["a-a"]


def test_a_runner_that_died_leaves_an_interrupted_experiment(files):
    folder = files.create(SPEC, "e1")
    running = ExperimentProgress(experiment_id="e1", name="one", status=RunStatus.RUNNING, runs=(), seconds_left=3.0)
    folder.write_progress(running)
    with locked(folder.lock):
        assert folder.progress() == running
    assert folder.progress().status is RunStatus.INTERRUPTED
    assert folder.progress().seconds_left is None


def test_the_lock_of_a_killed_process_is_free(files):
    folder = files.create(SPEC, "e1")
    code = (
        "import sys, pathlib; from workbench.storage.locks import locked\n"
        "with locked(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(folder.lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout and process.stdout.readline() == b"held\n"
    assert folder.is_running()
    process.kill()
    process.communicate()
    assert not folder.is_running()
