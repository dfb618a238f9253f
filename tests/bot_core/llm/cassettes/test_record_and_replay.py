"""Recording over real HTTP through litellm and instructor, then replaying the same through them without a socket."""

from __future__ import annotations

import asyncio
from contextvars import Context
from dataclasses import replace
from typing import Any

import pytest

from bot_core.errors import CassetteError, ModelError, ModelTimeout, ModelUnavailable, StaleCassette
from bot_core.facts.facts import AgentReply
from bot_core.llm.cassettes import CassetteGateway, CassettePlayer, CassetteRecorder, ReplayGateway
from bot_core.llm.cassettes.gateway import REPLAY_KEY
from bot_core.llm.litellm_gateway import LiteLLMGateway
from bot_core.llm.retrying import Backoff
from bot_core.llm.routing import RoutingGateway
from bot_core.llm.scripted import ScriptedGateway
from tests.fakes.model_wire import Answer, Cut, Failure, Hang, RawBody, empty, rate_limited, unauthorized


async def test_a_replay_gives_what_the_model_gave_over_both_wire_formats(record, replay, ask_server, model_server):
    model_server.script(Answer({"text": "¡Hola!\n¿Qué auto buscas? 🚗"}, input_tokens=321, output_tokens=12))
    [recorded] = await record(ask_server())
    [replayed] = await replay(ask_server())
    assert replayed.answer == recorded.answer == AgentReply(text="¡Hola!\n¿Qué auto buscas? 🚗")
    assert (replayed.raw, replayed.usage) == (recorded.raw, recorded.usage)
    assert replayed.usage.input_tokens == 321
    assert len(model_server.chats) == 1


async def test_the_port_of_the_server_does_not_matter(record, replay, ask, model_server):
    base = {"model": "openai/fake-model"}
    [recorded] = await record(ask(**base, api_base=model_server.openai_base))
    [replayed] = await replay(ask(**base, api_base="http://127.0.0.1:1/v1"))
    assert replayed.answer == recorded.answer


async def test_a_reask_is_replayed_with_its_own_answer(record, replay, ask_server, model_server):
    model_server.script(Answer("esto no es JSON"), Answer({"text": "hola"}))
    await record(ask_server(reasks=1))
    [replayed] = await replay(ask_server(reasks=1))
    assert replayed.answer.text == "hola"
    assert replayed.usage.input_tokens == 200, "both answers were paid"


@pytest.mark.parametrize("behaviour", [Failure(500), unauthorized(), rate_limited(0.5), RawBody("<html>"), empty()])
async def test_a_failed_call_fails_again_in_the_same_way(
    tmp_path, key, ask_server, model_server, offline_world, behaviour
):
    model_server.script(behaviour)
    request = ask_server(reasks=0)
    with CassetteRecorder(tmp_path, key), pytest.raises(ModelError) as recorded:
        await CassetteGateway(LiteLLMGateway()).complete(request)
    with offline_world(), CassettePlayer(tmp_path, key) as player, pytest.raises(ModelError) as replayed:
        await CassetteGateway(LiteLLMGateway(key=REPLAY_KEY)).complete(request)
    assert type(replayed.value) is type(recorded.value)
    assert str(replayed.value) == str(recorded.value)
    assert not player.unplayed


async def test_errors_and_retries_replay_in_their_order_without_waiting(
    tmp_path, key, ask_server, model_server, offline_world
):
    model_server.script(rate_limited(0.01), Failure(500), Answer({"text": "hola"}))
    request = ask_server(retries=2)
    with CassetteRecorder(tmp_path, key):
        recorded = await _quick_recording().complete(request)
    with offline_world(), CassettePlayer(tmp_path, key) as player:
        replayed = await asyncio.wait_for(ReplayGateway(offline=ScriptedGateway()).complete(request), 5)
    assert [attempt.error for attempt in replayed.attempts] == ["ModelRateLimited", "ModelUnavailable", None]
    assert [(a.error, a.detail) for a in replayed.attempts] == [(a.error, a.detail) for a in recorded.attempts]
    assert not player.unplayed


@pytest.mark.parametrize(
    ("behaviour", "error"), [(Hang(), ModelTimeout), (Cut(), ModelUnavailable), (Cut(mid_body=True), ModelUnavailable)]
)
async def test_an_answer_that_never_came_does_not_come_again(
    tmp_path, key, ask_server, model_server, offline_world, behaviour, error
):
    model_server.default = behaviour
    request = ask_server(timeout_seconds=0.3, retries=0)
    live = CassetteGateway(LiteLLMGateway())
    with CassetteRecorder(tmp_path, key, wire="fake (contract)"), pytest.raises(error):
        await live.complete(request)
    patient = replace(request, settings=request.settings.model_copy(update={"timeout_seconds": 30}))
    with offline_world(), CassettePlayer(tmp_path, key) as player, pytest.raises(error):
        await CassetteGateway(LiteLLMGateway(key=REPLAY_KEY)).complete(patient)
    assert not player.unplayed


async def test_a_real_model_that_nobody_serves_is_not_recorded(tmp_path, key, ask_server, model_server):
    model_server.default = Cut()
    with (
        pytest.raises(CassetteError, match=r"no model answered in turn 1 greeting"),
        CassetteRecorder(tmp_path, key),
        pytest.raises(ModelUnavailable),
    ):
        await CassetteGateway(LiteLLMGateway()).complete(ask_server(retries=0))
    assert not key.path(tmp_path).exists()


async def test_a_case_that_was_cut_short_is_not_written(tmp_path, key, ask_server, model_server):
    with pytest.raises(RuntimeError), CassetteRecorder(tmp_path, key) as recorder:
        await CassetteGateway(LiteLLMGateway()).complete(ask_server())
        raise RuntimeError("the case failed")
    assert not recorder.path.exists()


async def test_a_turn_that_ran_out_of_time_is_not_recorded(tmp_path, key, ask_server, model_server):
    model_server.default = Hang()
    with (
        pytest.raises(CassetteError, match=r"turn 1 greeting.*turn_timeout_seconds"),
        CassetteRecorder(tmp_path, key),
        pytest.raises(TimeoutError),
    ):
        async with asyncio.timeout(0.2):
            await CassetteGateway(LiteLLMGateway()).complete(ask_server())
    assert not key.path(tmp_path).exists()


async def test_without_a_cassette_calls_pass_untouched(ask_server, model_server):
    response = await CassetteGateway(LiteLLMGateway()).complete(ask_server())
    assert response.answer.text.startswith("¡Hola!")


async def test_a_live_call_beside_a_replay_reaches_its_server(tmp_path, key, record, ask_server, model_server):
    await record(ask_server())
    with CassettePlayer(tmp_path, key):
        outside = await asyncio.create_task(_outside(ask_server(text="otra")), context=Context())
    assert outside.answer.text.startswith("¡Hola!")
    assert len(model_server.chats) == 2


async def test_no_key_is_needed_to_replay_a_provider_that_wants_one(tmp_path, key, ask, offline_world):
    (path := key.path(tmp_path)).parent.mkdir(parents=True)
    path.write_text(_PROVIDER_CASSETTE, encoding="utf-8")
    request = ask(model="openai/gpt-4o-mini")
    with offline_world(), CassettePlayer(tmp_path, key), pytest.raises(StaleCassette, match="is as recorded") as caught:
        await ReplayGateway(offline=ScriptedGateway()).complete(request)
    assert "host: api.openai.com" in caught.value.diff


def _quick_recording() -> RoutingGateway:
    return RoutingGateway(
        offline=ScriptedGateway(),
        remote=CassetteGateway(LiteLLMGateway()),
        backoff=Backoff(initial=0.01, maximum=0.01, jitter=0),
    )


async def _outside(request) -> Any:
    return await CassetteGateway(LiteLLMGateway()).complete(request)


_PROVIDER_CASSETTE = """\
format: 1
dataset: golden
variant: local
case: greeting-001
wire: real
recorded_at: '2026-11-24'
litellm: 1.105.3
agents:
  greeting/reply: {prompt: greeting/v001, prompt_hash: '000000000000', settings: {}}
shared: {}
interactions:
- turn: 1
  agent: greeting
  purpose: reply
  prompt: greeting/v001
  seconds: 1.0
  request: {method: POST, host: api.openai.com, path: /v1/chat/completions, body: {}}
  response: {status: 200, headers: {}, body: {}}
"""
