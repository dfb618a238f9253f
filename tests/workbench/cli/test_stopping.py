from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bot_core.settings import PROJECT_ROOT
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import Hang
from workbench.records import RunStatus
from workbench.storage.experiment_files import Control, ExperimentFiles


@pytest.fixture
def files(tmp_path: Path) -> ExperimentFiles:
    return ExperimentFiles(tmp_path / "var" / "experiments")


@pytest.mark.timeout(400)
def test_ctrl_c_pauses_and_says_how_to_go_on(tmp_path, few_folder, files):
    """In a real process: calls under way end and are kept."""
    with ModelServer(delay=0.05) as server:
        command = [sys.executable, "-m", "workbench", "run", "--variant", "offline-base", "--trials", "40"]
        command += ["--model", "openai/fake-model", "--api-base", server.openai_base, "--dataset", str(few_folder)]
        environment = os.environ | {"KAVAK_DATA_DIR": str(tmp_path / "var")}
        with subprocess.Popen(command, cwd=PROJECT_ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
            pause = threading.Event()
            while not (files.list() and files.list()[0].progress().done):
                assert process.poll() is None
                pause.wait(0.05)
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate()
    [folder] = files.list()
    assert process.returncode == 130
    assert f"paused; go on with: python -m workbench resume {folder.experiment_id}" in output
    assert folder.progress().status is RunStatus.PAUSED
    assert not folder.is_running()


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    "command", [["run", "--variant"], ["compare", "--b", "offline-exacto", "--a"]], ids=["run", "compare"]
)
def test_the_second_ctrl_c_does_not_wait_for_a_model_that_never_answers(tmp_path, few_folder, files, command):
    with ModelServer(Hang()) as server:
        command = [sys.executable, "-m", "workbench", *command, "offline-base,model=openai/fake-model"]
        environment = os.environ | {"KAVAK_DATA_DIR": str(tmp_path / "var")}
        environment |= {"OPENAI_API_KEY": "sk-test", "OPENAI_API_BASE": server.openai_base}
        with subprocess.Popen(
            [*command, "--dataset", str(few_folder)],
            cwd=PROJECT_ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            server.wait_for_chats(1)
            process.send_signal(signal.SIGINT)
            [folder] = files.list()
            while folder.asked() is Control.RUN:
                threading.Event().wait(0.05)
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate()
    assert process.returncode == 130, errors
    assert f"paused; go on with: python -m workbench resume {folder.experiment_id}" in output
    assert "Traceback" not in errors
