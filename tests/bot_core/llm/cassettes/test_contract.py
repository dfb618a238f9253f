"""The committed contract cassettes: OpenAI's and Ollama's wire formats, from the fake server and labelled so.

Written again by: KAVAK_RECORD_CONTRACT=1 make test ARGS="tests/bot_core/llm/cassettes/test_contract.py -n 0"
"""

from __future__ import annotations

import os

import pytest

from bot_core.errors import ModelError
from bot_core.llm.cassettes import CaseKey, CassetteGateway, CassettePlayer, CassetteRecorder, audit, half_played
from bot_core.llm.cassettes.gateway import REPLAY_KEY
from bot_core.llm.litellm_gateway import LiteLLMGateway
from bot_core.settings import PROJECT_ROOT
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import Answer, Behaviour, Failure, RawBody, Refusal, empty, rate_limited, unauthorized

ROOT = PROJECT_ROOT / "cassettes"
SERVERS = {
    "openai": ("openai/gpt-4o-mini", "http://127.0.0.1:1/v1"),
    "ollama": ("ollama_chat/qwen2.5:3b", "http://127.0.0.1:1"),
}
SCENES: dict[str, tuple[list[Behaviour], str]] = {
    "answer": ([Answer({"text": "¡Hola! ¿Qué auto buscas? 🚗"})], "¡Hola! ¿Qué auto buscas? 🚗"),
    "reask": ([Answer("no es JSON"), Answer({"text": "Hola."})], "Hola."),
    "rate-limited": ([rate_limited(2)], "ModelRateLimited"),
    "server-error": ([Failure(500)], "ModelUnavailable"),
    "unauthorized": ([unauthorized()], "ModelNotConfigured"),
    "broken-json": ([RawBody("<html>502</html>")], "ModelError"),
    "empty": ([empty()], "ModelInvalidAnswer"),
}
KEYS = {(server, scene): CaseKey("contract", server, scene) for server in SERVERS for scene in SCENES}
KEYS["openai", "refusal"] = CaseKey("contract", "openai", "refusal")
SCENES["refusal"] = ([Refusal()], "ModelRefused")


@pytest.mark.parametrize(("server", "scene"), KEYS)
async def test_the_recorded_wire_format_is_understood(server, scene, ask, offline_world):
    behaviours, expected = SCENES[scene]
    model, base = SERVERS[server]
    options = {"model": model, "reasks": 1 if scene == "reask" else 0}
    if os.environ.get("KAVAK_RECORD_CONTRACT"):
        await _record(KEYS[server, scene], server, behaviours, ask, options)
    with offline_world(), CassettePlayer(ROOT, KEYS[server, scene]) as player:
        result = await _outcome(LiteLLMGateway(key=REPLAY_KEY), ask(**options, api_base=base))
    assert expected in result
    assert not half_played([player])
    assert player.cassette.header.wire == "fake (contract)"


def test_there_is_one_cassette_for_each_scene_and_no_other():
    assert audit(ROOT, KEYS.values(), datasets=["contract"]) == ()


async def _outcome(gateway, request) -> tuple[str, ...]:
    try:
        return ((await CassetteGateway(gateway).complete(request)).answer.text,)
    except ModelError as error:
        return tuple(kind.__name__ for kind in type(error).__mro__)


async def _record(key, server, behaviours, ask, options) -> None:
    with ModelServer() as model_server, CassetteRecorder(ROOT, key, wire="fake (contract)"):
        model_server.script(*behaviours)
        base = model_server.openai_base if server == "openai" else model_server.ollama_base
        await _outcome(LiteLLMGateway(key=REPLAY_KEY), ask(**options, api_base=base))
        model_server.assert_consumed()
