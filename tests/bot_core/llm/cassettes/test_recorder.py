"""What a recording holds, and that recording again shows only what changed."""

from __future__ import annotations

import os

import pytest
import yaml

from bot_core.errors import ModelNotConfigured
from bot_core.llm.cassettes import CaseKey, CassetteGateway, CassetteRecorder
from bot_core.llm.litellm_gateway import LiteLLMGateway
from tests.fakes.model_wire import Answer, Failure, greeting_bot


@pytest.fixture
def path(tmp_path, key: CaseKey):
    return key.path(tmp_path)


async def test_recording_again_without_a_change_does_not_touch_the_file(record, path, ask_server):
    await record(ask_server())
    os.utime(path, (1, 1))
    before = path.read_text()
    await record(ask_server())
    assert path.stat().st_mtime == 1
    assert path.read_text() == before


async def test_a_changed_answer_keeps_the_times_of_the_others(record, path, ask_server, model_server):
    requests = ask_server(text="uno"), ask_server(text="dos")
    await record(*requests)
    path.write_text(
        path.read_text().replace("seconds: 0.", "seconds: 7.").replace("recorded_at: '20", "recorded_at: '19")
    )
    model_server.script(greeting_bot(model_server.chats[0]), Answer({"text": "otra cosa"}))
    await record(*requests)
    data = yaml.safe_load(path.read_text())
    first, second = data["interactions"]
    assert first["seconds"] >= 7 > second["seconds"]
    assert data["recorded_at"].startswith("20")


async def test_the_header_says_what_was_recorded_how_and_with_what(record, path, ask_server):
    await record(ask_server(temperature=0.2), model_sha256="cc" * 32)
    data = yaml.safe_load(path.read_text())
    assert (data["dataset"], data["variant"], data["case"], data["wire"]) == ("golden", "local", "greeting-001", "real")
    assert data["model_sha256"] == "cc" * 32
    agent = data["agents"]["greeting/reply"]
    assert (agent["prompt"], agent["prompt_hash"]) == ("greeting/v001", "0" * 12)
    assert agent["settings"]["temperature"] == 0.2
    assert "api_base" not in agent["settings"]


async def test_nothing_secret_or_volatile_is_kept(tmp_path, key, path, ask, model_server, monkeypatch):
    monkeypatch.setenv("PROXY_KEY", "sk-secret-0123456789")
    monkeypatch.setenv("KAVAK_MODEL_KEY_ENVS", "PROXY_KEY")
    leak = Failure(
        401,
        "Incorrect API key provided: sk-secret-0123456789 of org-AbCdEf123456.",
        headers={"openai-organization": "org-AbCdEf123456", "set-cookie": "session=1", "x-request-id": "req-1"},
    )
    model_server.script(leak, Answer({"text": "hola"}))
    base = {"model": "openai/fake-model", "api_base": model_server.openai_base, "api_key_env": "PROXY_KEY"}
    gateway = CassetteGateway(LiteLLMGateway())
    with CassetteRecorder(tmp_path, key):
        with pytest.raises(ModelNotConfigured):
            await gateway.complete(ask(**base))
        await gateway.complete(ask(**base))
    text = path.read_text()
    assert "Incorrect API key provided: [redacted] of org-[redacted]" in text
    for secret in ("sk-secret", "AbCdEf", "session", "req-1", "authorization", "user-agent", "PROXY_KEY"):
        assert secret.lower() not in text.lower()
    first, second = yaml.safe_load(text)["interactions"]
    assert set(first["response"]["headers"]) == {"content-type"}
    assert (second["response"]["body"]["id"], second["response"]["body"]["created"]) == ("recorded", 0)


async def test_ollamas_times_are_not_kept(record, path, ask, model_server):
    await record(ask(model="ollama_chat/qwen2.5:3b", api_base=model_server.ollama_base))
    [interaction] = yaml.safe_load(path.read_text())["interactions"]
    assert interaction["request"]["path"] == "/api/chat"
    assert not [name for name in interaction["response"]["body"] if name.endswith("duration")]
    assert interaction["response"]["body"]["eval_count"] == 20
