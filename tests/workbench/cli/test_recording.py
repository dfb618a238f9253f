from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot_core import wiring
from bot_core.llm.local_model.files import QWEN_CODER
from bot_core.prompts.library import TEMPLATES, FilePromptLibrary
from bot_core.releases.files import FileReleaseSource
from tests.fakes.model_server import ModelServer
from workbench.cli import recording
from workbench.evaluation import build

RELEASE = """
release_id: fake
created_at: 2026-11-24T00:00:00Z
shared: &settings {{model: openai/fake-model, api_base: "{base}"}}
agents:
  intention: {{prompt: intention/v001, settings: *settings}}
  car_recommendation: {{prompt: car_recommendation/v001, settings: *settings}}
  financing: {{prompt: financing/v001, settings: *settings}}
  greeting: {{prompt: greeting/v001, settings: *settings}}
  general_info: {{prompt: general_info/v001, settings: *settings}}
  sales: {{prompt: sales/v001, settings: *settings}}
"""


@pytest.fixture
def server(tmp_path, monkeypatch) -> Iterator[ModelServer]:
    """A release "fake" whose model is a fake server; cassettes go to tmp_path."""
    releases = tmp_path / "releases"
    releases.mkdir()
    with ModelServer() as server:
        (releases / "fake.yaml").write_text(RELEASE.format(base=server.openai_base), encoding="utf-8")
        for module in (recording, build):
            monkeypatch.setattr(module, "FileReleaseSource", lambda: FileReleaseSource(releases, default="fake"))
        monkeypatch.setattr(recording, "CASSETTES", tmp_path / "cassettes")
        monkeypatch.setenv("OPENAI_API_KEY", "for-the-fake-server")
        yield server


def test_only_what_is_stale_is_recorded_again(workbench, few_folder, server, tmp_path, monkeypatch):
    arguments = ("record", "--variant", "fake", "--dataset", few_folder)
    first = workbench(*arguments)
    assert first.exit_code == 0, first.output
    assert "fake: 1 of 1 cases to record" in first.output
    path = tmp_path / "cassettes" / "golden" / "fake" / "few-hola.yaml"
    recorded, asked = path.read_bytes(), len(server.chats)
    assert asked == 2

    assert "fake: 0 of 1 cases to record" in workbench(*arguments, "--stale").output
    assert len(server.chats) == asked

    change_greeting(tmp_path, monkeypatch)
    assert "fake: 1 of 1 cases to record" in workbench(*arguments, "--stale").output
    assert path.read_bytes() != recorded


def change_greeting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "templates"
    shutil.copytree(TEMPLATES, folder)
    prompt = folder / "greeting" / "v001.md"
    prompt.write_text(prompt.read_text(encoding="utf-8") + "\nSaluda con más calma.\n", encoding="utf-8")
    monkeypatch.setattr(wiring, "FilePromptLibrary", lambda: FilePromptLibrary(folder))


def test_the_weights_are_named_for_a_model_on_this_machine(workbench, few_folder, server, tmp_path):
    workbench("record", "--variant", "fake", "--dataset", few_folder)
    text = (tmp_path / "cassettes" / "golden" / "fake" / "few-hola.yaml").read_text(encoding="utf-8")
    assert QWEN_CODER.sha256 in text
    assert "for-the-fake-server" not in text


def test_a_case_that_cannot_be_recorded_is_told(workbench, few_folder, server, tmp_path, monkeypatch):
    (tmp_path / "cassettes").write_text("a file where the folder should be", encoding="utf-8")
    result = workbench("record", "--variant", "fake", "--dataset", few_folder, "--only", "few-hola")
    assert result.exit_code == 3
    assert "few-hola" in result.output
