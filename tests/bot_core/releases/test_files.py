from __future__ import annotations

from pathlib import Path

import pytest

from bot_core.errors import ConfigurationError
from bot_core.llm.gateway import OFFLINE_MODEL, ModelSettings
from bot_core.releases.files import FILES, FileReleaseSource, with_model
from bot_core.releases.release import AgentName, Release

GOOD = (FILES / "offline-base.yaml").read_text(encoding="utf-8")


def _source(folder: Path, text: str, name: str = "offline-base.yaml") -> FileReleaseSource:
    (folder / name).write_text(text, encoding="utf-8")
    return FileReleaseSource(folder)


def test_ships_these_releases_and_starts_offline():
    source = FileReleaseSource()
    assert [release.release_id for release in source.list()] == [
        "local",
        "local-v2",
        "offline-base",
        "offline-exacto",
        "openai",
    ]
    assert source.current().release_id == "offline-base"
    assert {definition.settings.model for definition in source.current().agents.values()} == {OFFLINE_MODEL}


def test_every_release_round_trips_and_is_the_same_on_every_reading():
    for release in FileReleaseSource().list():
        assert Release.model_validate_json(release.model_dump_json()) == release
        assert FileReleaseSource().get(release.release_id) == release
        assert release.behaviour.guardrails
        assert release.description


def test_offline_exacto_differs_in_the_matching_alone():
    source = FileReleaseSource()
    base, exact = source.get("offline-base"), source.get("offline-exacto")
    changed = {name for name in AgentName if base.agents[name] != exact.agents[name]}
    assert changed == {AgentName.INTENTION}
    assert exact.agents[AgentName.INTENTION].settings.params == {"min_match_score": 100}


@pytest.mark.parametrize(("release_id", "version"), [("local", "v001"), ("local-v2", "v002")])
def test_local_releases_are_patient_with_a_small_model(release_id: str, version: str):
    release = FileReleaseSource().get(release_id)
    for name, definition in release.agents.items():
        settings = definition.settings
        assert (settings.model, settings.api_base) == ("openai/qwen2.5-coder-1.5b", "http://127.0.0.1:8089/v1")
        assert (settings.temperature, settings.seed, settings.timeout_seconds, settings.max_concurrency) == (
            0,
            7,
            120,
            1,
        )
        assert settings.max_tokens == (300 if name is AgentName.INTENTION else 350)
    assert release.behaviour.turn_timeout_seconds == 300
    assert release.agents[AgentName.FINANCING].prompt == f"financing/{version}"


def test_no_release_holds_a_secret():
    for path in FILES.glob("*.yaml"):
        assert "sk-" not in path.read_text(encoding="utf-8")


def test_an_unknown_release_lists_the_known_ones():
    with pytest.raises(ConfigurationError, match=r"no release 'prod' \(known: local, local-v2, offline-base"):
        FileReleaseSource().get("prod")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("prompt: sales/v001", "promt: sales/v001", r"agents\.sales\.prompt: Field required"),
        (
            "{prompt: sales/v001}",
            "{prompt: sales/v001, settings: {max_tokens: 0}}",
            r"agents\.sales\.settings\.max_tokens",
        ),
        ("{prompt: sales/v001}", "{prompt: sales/v001, settings: {api_key: x}}", r"settings\.api_key: Extra inputs"),
        ("  sales: {prompt: sales/v001}\n", "", "agents: sales missing"),
        ("  sales:", "  ventas:", "ventas"),
        ("release_id: offline-base", "release_id: otra", "'otra' is not the file's name"),
        ("release_id: offline-base", "release_id: A B", "release_id: String should match pattern"),
        ("created_at: 2026-11-24T00:00:00Z\n", "", "created_at is missing"),
        ("agents:", "agents: [", "line [0-9]+: no YAML"),
        (GOOD, "- a\n", "not a mapping"),
        (GOOD, "", "not a mapping"),
    ],
)
def test_a_fault_names_file_and_field(tmp_path: Path, old: str, new: str, message: str):
    assert old in GOOD
    with pytest.raises(ConfigurationError, match=message) as caught:
        _source(tmp_path, GOOD.replace(old, new, 1)).get("offline-base")
    assert "offline-base.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path):
    (tmp_path / "x1.yaml").write_bytes("description: señal".encode("latin-1"))
    with pytest.raises(ConfigurationError, match=r"x1\.yaml: cannot be read"):
        FileReleaseSource(tmp_path).get("x1")


def test_with_model_replaces_every_model_and_makes_another_release():
    base = FileReleaseSource().get("offline-base")
    settings = ModelSettings(model="ollama_chat/Qwen2.5:3b", max_tokens=256)
    other = with_model(base, settings)
    assert {definition.settings for definition in other.agents.values() if definition.settings is not settings} == set()
    assert {n: d.prompt for n, d in other.agents.items()} == {n: d.prompt for n, d in base.agents.items()}
    assert other.release_id.startswith("offline-base-ollama-chat-qwen2-5-3b-")
    assert Release.model_validate(other.model_dump()) == other
    assert {d.settings.model for d in base.agents.values()} == {OFFLINE_MODEL}


def test_with_model_ids_tell_servers_apart_and_fit_the_pattern():
    base = FileReleaseSource().get("local-v2").model_copy(update={"release_id": "x" * 64})
    one = with_model(base, ModelSettings(model="openai/" + "m" * 200, api_base="http://127.0.0.1:1/v1"))
    two = with_model(base, ModelSettings(model="openai/" + "m" * 200, api_base="http://127.0.0.1:2/v1"))
    assert one.release_id != two.release_id
    assert Release.model_validate(one.model_dump()).release_id == one.release_id
