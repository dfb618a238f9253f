"""The table of exit codes in docs/experiments.md, held against the commands."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from bot_core.errors import StoreError
from bot_core.settings import PROJECT_ROOT
from tests.fakes.found import plans, stored
from workbench.cli import commands
from workbench.cli.exit_codes import ExitCode
from workbench.evaluation.gate.judgement import Outcome
from workbench.records import RunStatus
from workbench.storage.experiment_files import ExperimentFiles

Main = Callable[..., tuple[int, str]]
RELEASE = ("--variant", "offline-base")
MISTAKES = {
    "an experiment": [
        ["resume", "nada"],
        ["pause", "nada"],
        ["cancel", "nada"],
        ["compare", "nada"],
        ["compare", "e1", "nada"],
        ["compare", "e1-7", "e1-1"],
        ["report", "nada"],
        ["report", "../e1"],
        ["export", "nada"],
        ["resume", "gone"],
        ["resume", "e1", "--errors"],
    ],
    "what is to be run": [
        ["run", "--variant", "nada"],
        ["run", "--variant", ""],
        ["run", "--variant", "A=offline-base,nadie=x/v1"],
        ["run", *RELEASE, *RELEASE],
        ["run", *RELEASE, "--split", "nada"],
        ["run", *RELEASE, "--case", "nada"],
        ["run", *RELEASE, "--personas", "nadie"],
        ["run", *RELEASE, "--catalog", "/nada.csv"],
        ["run", *RELEASE, "--dataset", "/nada"],
        ["run", *RELEASE, "--judge-pairs"],
        ["run", *RELEASE, "--judge-base", "http://127.0.0.1:9"],
        ["run", *RELEASE, "--customer-base", "http://127.0.0.1:9"],
        ["run", *RELEASE, "--customer", "openai/customer", "--customer-base", "http://127.0.0.1:9"],
        ["run", *RELEASE, "--budget", "nan"],
        ["run", *RELEASE, "--budget", "1e400"],
        ["run", *RELEASE, "--api-base", "http://127.0.0.1:9"],
        ["run", *RELEASE, "--replay", "--judge", "openai/x"],
        ["run", "--variant", "A=offline-base,financing=financing/v999"],
        ["compare", "--a", "nada", "--b", "offline-base"],
        ["compare"],
        ["simulate", "run", "--release", "nada"],
        ["simulate", "run", "--persona", "nadie"],
        ["simulate", "run", "--customer-base", "http://127.0.0.1:9"],
        ["record", "--split", "nada"],
        ["record", "--variant", "nada"],
    ],
    "the rest": [
        ["sql", "DELETE FROM results"],
        ["sql", "SELECT nada"],
        ["promote", "nada"],
        ["online", "--a", "nada", "--b", "offline-base"],
        ["eval", "--only", "nada"],
        ["cases", "--dataset", "/nada"],
        ["coverage", "--dataset", "/nada"],
        ["power", "--rate", "7"],
        ["list", "--limit", "0"],
        ["nada"],
    ],
}


@pytest.fixture
def files(tmp_path) -> ExperimentFiles:
    files = ExperimentFiles(tmp_path / "var" / "experiments")
    stored(files, "e1", plans([1], "5000"), plans([], "6000"))
    gone = stored(files, "gone", plans([1], "5000"))
    for folder, status in ((files.open("e1"), RunStatus.FINISHED), (gone, RunStatus.CANCELLED)):
        folder.write_progress(folder.progress().model_copy(update={"status": status}))
    return files


@pytest.fixture
def main(files, tmp_path, monkeypatch, capsys) -> Main:
    """`python -m workbench …` in this process: exit code and standard error."""
    monkeypatch.setenv("KAVAK_DATA_DIR", str(tmp_path / "var"))

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["workbench", *arguments])
        with pytest.raises(SystemExit) as ended:
            commands.main()
        return int(ended.value.code or 0), capsys.readouterr().err

    return run


def test_the_page_lists_every_code_and_no_other():
    page = (PROJECT_ROOT / "docs" / "experiments.md").read_text(encoding="utf-8")
    table = page.partition("## Exit codes")[2].partition("\n## ")[0]
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)} == set(ExitCode)


def test_the_gate_speaks_the_same_language():
    ours = {"OK": "DONE", "REGRESSION": "WORSE", "INFRASTRUCTURE": "INFRASTRUCTURE", "STALE": "STALE"}
    assert {ours[one.name]: one.value for one in Outcome} == {name: ExitCode[name].value for name in ours.values()}


@pytest.mark.parametrize("arguments", [line for lines in MISTAKES.values() for line in lines], ids=" ".join)
def test_a_persons_mistake_is_2_and_one_line(main, arguments):
    code, error = main(*arguments)
    assert code == ExitCode.MISTAKE
    *before, last = error.rstrip().splitlines()
    if before and before[0].startswith("Usage: "):
        assert "Error" in error, "typer's own words about an option"
    else:
        assert last.startswith("error: ")
        assert all(line.startswith("estimate: ") for line in before), "what a run says before it looks everything up"


def test_what_breaks_around_us_is_3(main, tmp_path, monkeypatch):
    def broken(*_arguments: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(ExperimentFiles, "open", broken)
    assert main("pause", "e1") == (ExitCode.INFRASTRUCTURE, "error: the disk is full\n")


def test_a_minimum_that_is_not_reached_is_1(main, few_folder):
    assert main("coverage", "--dataset", str(few_folder))[0] == ExitCode.WORSE


def test_the_command_itself_says_so(tmp_path):
    """A process of its own, as a script starts it."""
    done = subprocess.run(
        [sys.executable, "-m", "workbench", "resume", "nada"],
        capture_output=True,
        text=True,
        cwd=PROJECT_ROOT,
        env={"KAVAK_DATA_DIR": str(tmp_path), "PATH": ""},
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: no experiment nada") and done.stderr.count("\n") == 1
