from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bot_core.errors import UserError
from bot_core.settings import PROJECT_ROOT
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import Answer, RecordedRequest
from workbench.cli.variants import parsed_variant
from workbench.records import RunStatus
from workbench.storage.experiment_files import ExperimentFiles


@pytest.fixture
def files(tmp_path: Path) -> ExperimentFiles:
    return ExperimentFiles(tmp_path / "var" / "experiments")


def test_a_variant_as_it_is_written():
    spec = parsed_variant("B=local,financing=financing/v002,sales.model=openai/gpt-4o-mini,guardrails=off", None)
    assert (spec.name, spec.release_id, spec.guardrails) == ("B", "local", False)
    assert dict(spec.prompts) == {"financing": "financing/v002"}
    assert {name: model.model for name, model in spec.models.items()} == {"sales": "openai/gpt-4o-mini"}
    assert parsed_variant("offline-base", None).name == "offline-base"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A=local,x", "'x' is no change"),
        ("A=local,nobody=a/v001", "no agent 'nobody'"),
        ("A=local,sales=", "is no chan"),
    ],
)
def test_a_mistake_in_a_variant_is_named(text, message):
    with pytest.raises(UserError, match=message):
        parsed_variant(text, None)


def test_run_shows_the_estimate_runs_and_says_what_came_out(workbench, few_folder, files):
    result = workbench("run", "--variant", "A=offline-base", "--variant", "B=offline-exacto", "--dataset", few_folder)
    assert result.exit_code == 0, result.output
    assert "estimate: 0.0000 USD" in result.output
    assert "A: 5/5 played" in result.output
    [folder] = files.list()
    assert f"experiment {folder.experiment_id}: finished" in result.output
    listed = workbench("list")
    assert folder.experiment_id in listed.output
    assert "finished" in listed.output
    assert json.loads(workbench("list", "--json").output)[0]["status"] == "finished"


def test_run_as_json(workbench, few_folder):
    result = workbench("run", "--variant", "offline-base", "--dataset", few_folder, "--case", "few-hola", "--json")
    data = json.loads(result.stdout)
    assert data["progress"]["runs"][0]["done"] == 1
    assert data["estimate"]["basis"] == "no model is called"


def test_an_estimate_alone_starts_nothing(workbench, few_folder, files):
    result = workbench("run", "--variant", "openai", "--dataset", few_folder, "--estimate", "--json")
    assert json.loads(result.stdout)["calls"] > 0
    assert files.list() == ()


def test_wrong_specs_are_a_users_mistake(workbench, few_folder):
    twice = workbench("run", "--variant", "A", "--variant", "A", "--dataset", few_folder)
    assert isinstance(twice.exception, UserError)
    assert "two are named 'A'" in str(twice.exception)


def test_pairs_need_a_model_that_judges_and_something_to_compare(workbench, few_folder, files):
    arguments = ("run", "--variant", "A=offline-base", "--dataset", few_folder, "--judge-pairs")
    for more in ((), ("--judge", "offline", "--variant", "B=offline-exacto"), ("--judge", "openai/x")):
        result = workbench(*arguments, *more)
        assert isinstance(result.exception, UserError) and "--judge-pairs" in str(result.exception)
    assert files.list() == ()


def test_the_judge_compares_the_variants_and_the_comparison_says_so(workbench, few_folder, files):
    def judge(request: RecordedRequest) -> Answer:
        if "better" in request.schema["properties"]:
            return Answer({"reason": "da igual", "better": "1"})
        fine = {"reason": "bien", "verdict": "bien"}
        return Answer({"helpfulness": fine, "tone": fine, "completeness": fine})

    with ModelServer(judge) as server:
        base = ["--judge-base", server.openai_base, "--dataset", few_folder]
        variants = ["--variant", "A=offline-base", "--variant", "B=offline-exacto"]
        result = workbench("run", *variants, *base, "--judge", "openai/judge", "--judge-pairs", "--case", "few-versa")
    assert result.exit_code == 0, result.output
    assert "pairs: 1/1 compared by the judge" in result.output
    [folder] = files.list()
    assert [record.flipped for record in folder.preferences(folder.run_ids()[1])] == [True]
    told = workbench("compare", folder.experiment_id).output
    assert "openai/judge prefers: B 0, tie 1, A 0, the same words 0, unscored 0; 1 of 1 changed with the order" in told


def test_pausing_resuming_and_cancelling_one_that_is_not_running(workbench, few_folder, files):
    workbench("run", "--variant", "offline-base", "--dataset", few_folder)
    [folder] = files.list()
    assert "not running" in workbench("pause", folder.experiment_id).output
    again = workbench("resume", folder.experiment_id)
    assert again.exit_code == 0
    assert "finished" in again.output


def test_errors_are_played_again_when_asked_for(workbench, few_folder, files, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with ModelServer() as server:
        nowhere = ["--model", "openai/own", "--dataset", few_folder, "--case", "few-hola"]
        result = workbench("run", "--variant", "offline-base", *nowhere)
        [folder] = files.list()
        assert "1 errors" in result.output and f"resume {folder.experiment_id} --errors" in result.output
        assert isinstance(workbench("resume", folder.experiment_id).exception, type(None))
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        monkeypatch.setenv("OPENAI_API_BASE", server.openai_base)
        again = workbench("resume", folder.experiment_id, "--errors")
        assert again.exit_code == 0, again.output
        assert "1 to play or judge again" in again.output and "errors" not in again.output.split("again")[1]
        nothing = workbench("resume", folder.experiment_id, "--errors")
        assert isinstance(nothing.exception, UserError) and "ended in an error" in str(nothing.exception)


def test_over_budget_is_exit_code_4_and_goes_on_with_more(workbench, few_folder, files):
    with ModelServer() as server:
        arguments = ["--model", "openai/gpt-4o-mini", "--api-base", server.openai_base, "--dataset", few_folder]
        result = workbench("run", "--variant", "offline-base", *arguments, "--budget", "0.0001")
        assert result.exit_code == 4, result.output
        [folder] = files.list()
        assert f"resume {folder.experiment_id} --budget USD" in result.output
        assert workbench("resume", folder.experiment_id, "--budget", "1").exit_code == 0


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
