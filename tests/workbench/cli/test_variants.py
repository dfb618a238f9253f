"""Variants as they are written on the command line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot_core.errors import UserError
from bot_core.llm.gateway import ModelSettings
from bot_core.releases.files import FileReleaseSource
from bot_core.releases.release import AgentName
from bot_core.settings import Settings, load_settings
from bot_core.store.store import open_store
from tests.fakes.model_server import ModelServer
from tests.fakes.results import run
from workbench.cli.variants import parsed_variant
from workbench.evaluation.build import variant_release
from workbench.storage.rows import variant_row


def test_a_variant_as_it_is_written():
    spec = parsed_variant("B=local,financing=financing/v002,sales.model=openai/gpt-4o-mini,guardrails=off", None)
    assert (spec.name, spec.release_id, spec.guardrails) == ("B", "local", False)
    assert dict(spec.prompts) == {"financing": "financing/v002"}
    assert {name: model.model for name, model in spec.models.items()} == {"sales": "openai/gpt-4o-mini"}
    assert parsed_variant("offline-base", None).name == "offline-base"


def test_a_variants_model_is_asked_where_the_env_file_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "environ", {name: value for name, value in os.environ.items() if name != "OLLAMA_HOST"})
    monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / ".env")
    with ModelServer() as server:
        (tmp_path / ".env").write_text(f"OLLAMA_HOST={server.url}\n")
        model = parsed_variant("B=local,model=ollama_chat/qwen2.5:3b", None).model
    assert model
    assert model.api_base == server.url


def test_an_agent_has_parameters_of_its_own_whatever_the_order():
    spec = parsed_variant(
        "B=local,sales.temperature=0.7,sales.model=openai/gpt-4o-mini,greeting.max_tokens=200,model=openai/gpt-4o", None
    )
    models = {name: (model.model, model.temperature, model.max_tokens) for name, model in spec.models.items()}
    assert models == {"sales": ("openai/gpt-4o-mini", 0.7, 700), "greeting": ("openai/gpt-4o", 0.0, 200)}


def test_parameters_keep_the_rest_of_the_model_of_all_variants():
    everywhere = ModelSettings(model="openai/x", api_base="http://127.0.0.1:9/v1", max_concurrency=3)
    [sales] = parsed_variant("local,sales.temperature=1", everywhere).models.values()
    assert sales == everywhere.model_copy(update={"temperature": 1.0})


def test_parameters_without_a_model_go_with_the_releases_own():
    spec = parsed_variant("B=openai,sales.temperature=0.9,sales.seed=11,intention.timeout_seconds=5", None)
    release = FileReleaseSource().get("openai")
    assert spec.model is None
    assert dict(spec.models) == {
        "sales": release.agents[AgentName.SALES].settings.model_copy(update={"temperature": 0.9, "seed": 11}),
        "intention": release.agents[AgentName.INTENTION].settings.model_copy(update={"timeout_seconds": 5.0}),
    }
    played = variant_release(spec, FileReleaseSource())
    assert played.release_id != release.release_id
    assert {name for name in AgentName if played.agents[name] != release.agents[name]} == {"sales", "intention"}
    assert variant_row(run().model_copy(update={"variant": spec}))["models"]["sales"]["seed"] == 11


def test_a_seed_can_be_left_out():
    [sales] = parsed_variant("openai,sales.seed=none", None).models.values()
    assert sales.seed is None


def test_parameters_of_a_release_that_was_written_in_the_workbench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAVAK_DATA_DIR", str(tmp_path))
    store = open_store(load_settings().store_url)
    store.releases.add(FileReleaseSource().get("openai").model_copy(update={"release_id": "mine"}), who="ana")
    store.close()
    [sales] = parsed_variant("mine,sales.seed=3", None).models.values()
    assert (sales.model, sales.seed) == ("openai/gpt-4o-mini", 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A=local,x", "'x' is no change"),
        ("A=local,nobody=a/v001", "no agent 'nobody'"),
        ("A=local,sales=", "is no chan"),
        ("A=local,guardrails=maybe", "guardrails=maybe: on or off is expected"),
        ("A=offline-base,sales.temperature=0.5", "sales asks no model: parameters change nothing"),
        ("A=local,model=offline,sales.seed=9", "sales asks no model"),
        ("A=nowhere,sales.seed=9", "no release 'nowhere'"),
        ("A=openai,sales.seed=many", "seed: Input should be a valid integer"),
        ("A=openai,sales.timeout_seconds=0", "timeout_seconds: .* greater than 0"),
        ("A=openai,sales.timeout_seconds=inf", "timeout_seconds: a finite number is expected"),
        ("A=local,sales.model=openai/x,sales.temperature=hot", "temperature: Input should be a valid number"),
        ("A=local,sales.model=openai/x,sales.temperature=3", "temperature: .* less than or equal to 2"),
        ("A=local,sales.model=openai/x,sales.max_tokens=0", "max_tokens: .* greater than or equal to 1"),
        ("A=local,sales.mood=good", "no setting 'mood' of an agent"),
        ("A=local,nobody.temperature=1", "no agent 'nobody'"),
        ("A\nB=local", "name: one line without control characters is expected"),
        ("A\x1b[31m=local", "name: one line without control characters is expected"),
    ],
)
def test_a_mistake_is_one_line(text, message, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAVAK_DATA_DIR", str(tmp_path))
    with pytest.raises(UserError, match=message) as caught:
        parsed_variant(text, None)
    assert "\n" not in str(caught.value)
