"""That the benchmark runs, with few calls and a model that does not think; never how fast it is."""

from __future__ import annotations

import subprocess
import sys

import pytest

from benchmarks.experiment_speed import ROOT, write_cases
from benchmarks.experiment_speed.harness import bare, turns
from benchmarks.experiment_speed.model import respond
from benchmarks.experiment_speed.process import run_process
from benchmarks.experiment_speed.programs import OURS, programs
from tests.fakes.model_server import ModelServer
from workbench.evaluation.dataset.loading import load_dataset


def test_it_says_what_it_does():
    command = [sys.executable, "-m", "benchmarks.experiment_speed", "--help"]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert "--rounds" in said and "nobody can be faster than 2.0 s" in said


def test_the_cases_are_cases(tmp_path):
    write_cases(tmp_path / "cases", 3, "hola")
    said = [case.turns[0].say[0].text for case in load_dataset(tmp_path / "cases").cases]
    assert said == ["hola 0", "hola 1", "hola 2"]


@pytest.mark.parametrize(("run", "calls"), [(bare, 3), (turns, 6)])
def test_what_is_measured_inside_asks_the_model(tmp_path, run, calls):
    with ModelServer(respond) as server:
        assert run(tmp_path / "run", 3, server.openai_base) > 0
        assert len(server.chats) == calls


def test_a_process_is_watched_to_its_end(tmp_path):
    watched, said = run_process([sys.executable, "-c", "print(sum(range(3_000_000)))"], {}, folder=tmp_path)
    assert said == "4499998500000\n"
    assert watched.processor > 0 and watched.seconds > 0
    with pytest.raises(SystemExit, match="no good"):
        run_process([sys.executable, "-c", "raise SystemExit('no good')"], {})


def test_without_other_programs_ours_is_alone(tmp_path, monkeypatch):
    monkeypatch.delenv("PROMPTFOO", raising=False)
    monkeypatch.delenv("INSPECT_PYTHON", raising=False)
    assert [*programs("http://127.0.0.1:9/v1", tmp_path)] == [OURS]
    monkeypatch.setenv("PROMPTFOO", "/usr/bin/promptfoo")
    assert [*programs("http://127.0.0.1:9/v1", tmp_path)] == [OURS, "promptfoo"]
