"""Recorded variants: replayed without a network, red when a prompt changed and nobody recorded again."""

from __future__ import annotations

import asyncio
import shutil
from datetime import date

import pytest

from bot_core import wiring
from bot_core.errors import DatasetError
from bot_core.llm.gateway import ModelSettings
from bot_core.prompts.library import TEMPLATES, FilePromptLibrary
from tests.fakes.model_server import ModelServer
from workbench.evaluation.batch import run_batch
from workbench.evaluation.cassettes import recorded_subject
from workbench.evaluation.gate.judgement import Outcome
from workbench.evaluation.gate.running import Gate
from workbench.evaluation.gate.suites import Suite
from workbench.records import VariantSpec

TODAY = date(2026, 11, 24)


@pytest.fixture
def recorded(few, settings, tmp_path, monkeypatch) -> Gate:
    """One case of a variant whose model was a fake server; the server is gone when the gate runs."""
    monkeypatch.setenv("OPENAI_API_KEY", "for-the-fake-server")
    with ModelServer() as server:
        model = ModelSettings(model="openai/fake-model", api_base=server.openai_base)
        variant = VariantSpec(name="fake", model=model)
        subject = recorded_subject(variant, settings, tmp_path / "cassettes")
        asyncio.run(run_batch(few.split("recorded"), subject))
    return Gate(
        few,
        settings,
        suites=(Suite(variant, "recorded", replayed=True),),
        cassettes=tmp_path / "cassettes",
        baseline_path=tmp_path / "baseline.json",
    )


@pytest.fixture
def stale(recorded: Gate, tmp_path, monkeypatch) -> Gate:
    """A prompt was changed after the recording."""
    folder = tmp_path / "templates"
    shutil.copytree(TEMPLATES, folder)
    prompt = folder / "greeting" / "v001.md"
    prompt.write_text(prompt.read_text(encoding="utf-8") + "\nSaluda con más calma.\n", encoding="utf-8")
    monkeypatch.setattr(wiring, "FilePromptLibrary", lambda: FilePromptLibrary(folder))
    return recorded


def test_a_recorded_variant_is_replayed(recorded):
    judgement = recorded.run()
    assert judgement.outcome is Outcome.OK, judgement.problems
    [result] = judgement.suites[0].run.results
    assert result.turns[0].trace.calls[0].model == "openai/fake-model"


def test_a_prompt_changed_without_recording_is_stale(stale):
    judgement = stale.run()
    assert judgement.outcome is Outcome.STALE
    [problem] = [each for each in judgement.problems if each.case_id]
    assert "prompt changed from greeting/v001" in problem.message
    assert "+" in problem.message and "Saluda con más calma." in problem.message
    assert 'make record ARGS="--only few-hola"' in problem.message


def test_what_is_stale_cannot_be_blessed(stale):
    with pytest.raises(DatasetError, match="not blessed: fake/recorded few-hola"):
        stale.bless(stale.run(), "a good reason", on=TODAY)


def test_cassettes_that_vanish_after_blessing_are_stale(recorded):
    recorded.bless(recorded.run(), "a good reason", on=TODAY)
    shutil.rmtree(recorded.cassettes)
    assert recorded.run().outcome is Outcome.STALE


def test_a_variant_that_was_never_recorded_is_not_due(recorded, tmp_path):
    shutil.rmtree(recorded.cassettes)
    assert recorded.run().suites == ()


def test_an_orphaned_cassette_is_stale(recorded):
    [path] = recorded.cassettes.rglob("*.yaml")
    path.with_name("few-gone.yaml").write_bytes(path.read_bytes().replace(b"few-hola", b"few-gone"))
    judgement = recorded.run()
    assert judgement.outcome is Outcome.STALE
    assert [problem.suite for problem in judgement.problems] == ["cassettes"]
    assert "orphan" in judgement.problems[0].message
