"""What the commands of experiments have in common: help, a bar on a terminal, one JSON object with --json."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import Any

import pytest

from bot_core.settings import PROJECT_ROOT
from tests.fakes.found import plans, stored
from workbench.evaluation.report import demonstration
from workbench.storage.experiment_files import ExperimentFiles

COMMANDS = ("run", "compare", "report", "power", "resume", "list", "demo")


@pytest.fixture
def files(tmp_path) -> ExperimentFiles:
    return ExperimentFiles(tmp_path / "var" / "experiments")


@pytest.fixture
def one_case(monkeypatch):
    """The demonstration with one conversation of its many."""
    short = demonstration.SPEC.model_copy(update={"case_ids": ("greeting-hola",)})
    monkeypatch.setattr(demonstration, "SPEC", short)


def the_object(result: Any) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_all_have_help_and_json(workbench, command):
    said = workbench(command, "--help").output
    assert "--json" in said and "Usage:" in said


def test_one_object_of_what_is_stored(workbench, files, tmp_path):
    stored(files, "e1", plans(range(12), "5000"), plans([], "6000"))
    assert the_object(workbench("compare", "e1", "--json"))["experiment_id"] == "e1"
    written = the_object(workbench("report", "e1", "--json", "--out", tmp_path / "out"))
    assert written == {
        "html": str(tmp_path / "out" / "report.html"),
        "markdown": str(tmp_path / "out" / "report.md"),
        "json": str(tmp_path / "out" / "report.json"),
        "pdf": None,
    }
    [listed] = the_object(workbench("list", "--json"))["experiments"]
    assert listed["experiment_id"] == "e1"
    assert the_object(workbench("power", "--json"))["conversations_needed"] > 0


def test_one_object_of_what_is_played(workbench, files, few_folder):
    played = ("--dataset", few_folder, "--json")
    found = the_object(workbench("compare", "--a", "offline-base", "--b", "offline-exacto", *played))
    assert found["estimate"]["basis"] == "no model is called"
    assert [variant["name"] for variant in found["variants"]] == ["A: offline-base", "B: offline-exacto"]
    ran = the_object(workbench("run", "--variant", "offline-base", "--case", "few-hola", *played))
    again = the_object(workbench("resume", ran["progress"]["experiment_id"], "--json"))
    assert (again["estimate"], again["progress"]) == (None, ran["progress"])


def test_the_demonstration_as_an_object_and_in_words(workbench, one_case, tmp_path):
    files = the_object(workbench("demo", "--json", "--out", tmp_path / "out"))
    assert files["html"] == str(tmp_path / "out" / "report.html")
    told = workbench("demo", "--out", tmp_path / "out")
    assert "estimate: 0.0000 USD" in told.stderr and "a replay calls no model" in told.stderr
    assert f"open {tmp_path / 'out' / 'report.html'}" in told.stdout


@pytest.mark.parametrize(
    "command",
    [
        ["run", "--variant", "offline-base", "--split", "smoke"],
        ["compare", "--a", "offline-base", "--b", "offline-exacto"],
    ],
)
def test_a_bar_moves_on_a_terminal_and_the_result_is_apart(tmp_path, few_folder, command):
    ours, theirs = pty.openpty()
    environment = os.environ | {"KAVAK_DATA_DIR": str(tmp_path / "var"), "TERM": "xterm", "COLUMNS": "120"}
    with subprocess.Popen(
        [sys.executable, "-m", "workbench", *command, "--dataset", str(few_folder)],
        cwd=PROJECT_ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        shown = read_all(ours)
        assert process.stdout is not None
        said = process.stdout.read().decode()
    assert process.returncode == 0, shown
    assert "━" in shown and "5/5" in shown and "estimate: 0.0000 USD" in shown
    assert "━━━" not in said.partition("\n")[0] and "experiment " in said


def read_all(terminal: int) -> str:
    """Until the process has closed its side."""
    chunks = []
    while True:
        try:
            chunk = os.read(terminal, 65_536)
        except OSError:
            break
        if not chunk:
            break
        chunks.append(chunk)
    os.close(terminal)
    return b"".join(chunks).decode()


def test_a_comparison_that_is_played_has_a_budget(workbench, files, few_folder, monkeypatch):
    from tests.fakes.model_server import ModelServer

    with ModelServer() as server:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        monkeypatch.setenv("OPENAI_API_BASE", server.openai_base)
        variants = [f"offline-base,model=openai/{name}" for name in ("gpt-4o-mini", "gpt-4o")]
        result = workbench(
            "compare", "--a", variants[0], "--b", variants[1], "--dataset", few_folder, "--budget", "0.0001"
        )
    assert result.exit_code == 4, result.output
    [folder] = files.list()
    assert f"resume {folder.experiment_id} --budget USD" in result.output
    assert "partial results: the experiment is over_budget" in result.output
