from __future__ import annotations

from typing import Any

import pytest

from bot_core.errors import ConfigurationError, ModelNotConfigured
from bot_core.llm.credentials import NO_KEY, KeyFault, is_own, key_fault, key_for
from bot_core.llm.gateway import ModelSettings
from bot_core.settings import Settings, load_settings

OWN = "http://models.example:8000/v1"
LISTED = frozenset({"PROXY_KEY"})


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ({}, None),
        ({"model": "openai/gpt-4o-mini"}, None),
        ({"model": "openai/gpt-4o-mini", "api_key_env": "OPENAI_API_KEY"}, None),
        ({"model": "openai/x", "api_base": OWN}, None),
        ({"model": "ollama/x", "api_base": OWN}, None),
        ({"model": "openai/x", "api_base": OWN, "api_key_env": "PROXY_KEY"}, None),
        ({"model": "mistral/x", "api_key_env": "PROXY_KEY"}, None),
        ({"model": "openai/x", "api_base": OWN, "api_key_env": "OPENAI_API_KEY"}, KeyFault.VARIABLE),
        ({"model": "mistral/x", "api_key_env": "OPENAI_API_KEY"}, KeyFault.VARIABLE),
        ({"model": "openai/x", "api_key_env": "TWILIO_AUTH_TOKEN"}, KeyFault.VARIABLE),
        ({"model": "openai/x", "api_key_env": "PROXY_KEY "}, KeyFault.VARIABLE),
        ({"model": "openai/x", "api_key_env": "AWS_SECRET_ACCESS_KEY"}, KeyFault.VARIABLE),
        ({"model": "vertex_ai/x", "api_base": OWN}, KeyFault.ADDRESS),
        ({"model": "bedrock/x", "api_base": OWN, "api_key_env": "PROXY_KEY"}, KeyFault.ADDRESS),
        ({"model": "gpt-4o", "api_base": OWN}, KeyFault.ADDRESS),
        ({"model": "huggingface/https://evil.example"}, KeyFault.ADDRESS),
        ({"model": "openai/x", "params": {"base_url": OWN}}, KeyFault.PARAMETER),
        ({"model": "openai/x", "params": {"top_p": 0.9}}, None),
    ],
    ids=str,
)
def test_what_is_asked_with_which_key(asked: dict[str, Any], fault: KeyFault | None):
    assert key_fault(ModelSettings(**asked), LISTED) is fault


def test_a_refusal_says_what_where_and_who_can_allow_it():
    settings = ModelSettings(model="openai/x", api_base=OWN, api_key_env="TWILIO_AUTH_TOKEN")
    with pytest.raises(ModelNotConfigured, match="TWILIO_AUTH_TOKEN is not sent to http://models") as refused:
        key_for(settings, LISTED)
    assert "KAVAK_MODEL_KEY_ENVS" in str(refused.value)
    with pytest.raises(ModelNotConfigured, match="not asked at an address of one's own"):
        key_for(ModelSettings(model="vertex_ai/x", api_base=OWN), LISTED)
    with pytest.raises(ModelNotConfigured, match="not api_key: "):
        key_for(ModelSettings(model="openai/x", params={"api_key": "sk-1"}), LISTED)


def test_the_key_of_a_listed_variable_and_none_for_servers_of_ones_own(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PROXY_KEY", " k ")
    assert key_for(ModelSettings(model="openai/x", api_base=OWN, api_key_env="PROXY_KEY"), LISTED) == "k"
    assert key_for(ModelSettings(model="openai/x", api_base=OWN), LISTED) == NO_KEY
    assert key_for(ModelSettings(model="ollama_chat/x", api_base=OWN), LISTED) == NO_KEY
    assert key_for(ModelSettings(model="ollama_chat/x"), LISTED) is None
    monkeypatch.delenv("PROXY_KEY")
    with pytest.raises(ModelNotConfigured, match="needs a key in the environment variable PROXY_KEY"):
        key_for(ModelSettings(model="openai/x", api_key_env="PROXY_KEY"), LISTED)


def test_the_operators_list_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAVAK_MODEL_KEY_ENVS", " PROXY_KEY, AZURE_API_KEY ,")
    assert load_settings().model_key_envs == {"PROXY_KEY", "AZURE_API_KEY"}
    monkeypatch.delenv("KAVAK_MODEL_KEY_ENVS")
    assert load_settings().model_key_envs == frozenset()


@pytest.mark.parametrize(
    "secret",
    ["TWILIO_AUTH_TOKEN", "twilio_auth_token", "KAVAK_DATA_KEY", "X_HASH_KEY", "DATABASE_URL", "KAVAK_DATABASE_URL"],
)
def test_a_secret_of_our_own_cannot_be_listed(monkeypatch: pytest.MonkeyPatch, secret: str):
    monkeypatch.setenv("KAVAK_MODEL_KEY_ENVS", f"PROXY_KEY,{secret}")
    with pytest.raises(ConfigurationError, match=f"KAVAK_MODEL_KEY_ENVS: .*{secret} is no key of a model"):
        load_settings()
    with pytest.raises(ValueError, match="is no key of a model"):
        Settings(model_key_envs=frozenset({secret}))


@pytest.mark.parametrize(
    ("model", "api_base", "own"),
    [
        ("ollama_chat/x", None, True),
        ("openai/x", None, False),
        ("openai/x", "http://127.0.0.1:9/v1", True),
        ("openai/x", "http://192.168.1.20/v1", True),
        ("openai/x", "http://models:8000/v1", True),
        ("openai/x", "http://models.internal/v1", True),
        ("openai/x", "https://api.together.xyz/v1", False),
        ("ollama_chat/x", "https://ollama.com", False),
    ],
)
def test_what_runs_here_or_in_this_network_is_ones_own(model: str, api_base: str | None, own: bool):
    assert is_own(model, api_base) is own
