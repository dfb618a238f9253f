"""The route of a request, with the real remote gateway against the fake server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot_core.errors import ModelNotConfigured
from bot_core.facts.facts import AgentReply
from bot_core.llm.breaker import BreakerRules, BreakerState
from bot_core.llm.gateway import OFFLINE_MODEL, LLMRequest, LLMResponse
from bot_core.llm.litellm_gateway import LiteLLMGateway
from bot_core.llm.retrying import Backoff
from bot_core.llm.routing import RoutingGateway
from bot_core.trace import Attempt, Usage
from tests.bot_core.llm.conftest import AskAbout
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import Answer, Failure, Hang, rate_limited, unauthorized

Routing = Callable[..., RoutingGateway]


class Baseline:
    """Stands where the offline gateway stands, and remembers what it was asked."""

    def __init__(self) -> None:
        self.requests: list[LLMRequest[Any]] = []

    async def complete(self, request: LLMRequest[Any]) -> LLMResponse[Any]:
        self.requests.append(request)
        return LLMResponse(
            answer=AgentReply(text="base"), model=OFFLINE_MODEL, raw="{}", attempts=(Attempt(model=OFFLINE_MODEL),)
        )


@pytest.fixture
def baseline() -> Baseline:
    return Baseline()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def routing(baseline: Baseline, waits: list[float]) -> Routing:
    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    def make(**options: Any) -> RoutingGateway:
        options.setdefault("backoff", Backoff(initial=1, jitter=0))
        return RoutingGateway(offline=baseline, remote=LiteLLMGateway(), sleep=sleep, **options)

    return make


@pytest.fixture
def ask_remote(ask: AskAbout, model_server: ModelServer) -> AskAbout:
    def make(**settings: Any) -> LLMRequest[Any]:
        return ask(**{"model": "openai/gpt-4o-mini", "api_base": model_server.openai_base, **settings})

    return make


def tried(response: LLMResponse[Any]) -> list[tuple[str, str | None]]:
    return [(attempt.model, attempt.error) for attempt in response.attempts]


async def test_offline_never_goes_out(
    routing: Routing, ask: AskAbout, baseline: Baseline, model_server: ModelServer
) -> None:
    response = await routing().complete(ask(model=OFFLINE_MODEL))
    assert (response.answer.text, response.fallback) == ("base", False)
    assert len(baseline.requests) == 1
    assert model_server.requests == []


async def test_the_first_model_answers(routing: Routing, ask_remote: AskAbout) -> None:
    response = await routing().complete(ask_remote())
    assert response.answer.text.startswith("¡Hola!")
    assert tried(response) == [("openai/gpt-4o-mini", None)]
    assert not response.fallback


async def test_retries_wait_as_long_as_the_provider_asks(
    routing: Routing, ask_remote: AskAbout, model_server: ModelServer, waits: list[float]
) -> None:
    model_server.script(rate_limited(4), Failure(503), Answer({"text": "hola"}))
    response = await routing().complete(ask_remote(retries=2))
    assert response.answer.text == "hola"
    assert waits == [4, 2]
    assert tried(response) == [
        ("openai/gpt-4o-mini", "ModelRateLimited"),
        ("openai/gpt-4o-mini", "ModelUnavailable"),
        ("openai/gpt-4o-mini", None),
    ]
    assert all(attempt.seconds > 0 for attempt in response.attempts)
    assert response.attempts[0].detail == "openai/gpt-4o-mini: Rate limit reached for requests"
    assert not response.fallback


async def test_fallbacks_are_asked_in_order_at_their_own_address(
    routing: Routing, ask_remote: AskAbout, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_API_BASE", model_server.ollama_base)
    model_server.script(unauthorized(), Answer({"text": "hola desde aquí"}))
    fallbacks = ("openai/without-a-key", "ollama_chat/qwen2.5:3b", "openai/never-asked")
    response = await routing().complete(ask_remote(fallbacks=fallbacks, params={"top_p": 0.5}))
    assert tried(response) == [
        ("openai/gpt-4o-mini", "ModelNotConfigured"),
        ("openai/without-a-key", "ModelNotConfigured"),
        ("ollama_chat/qwen2.5:3b", None),
    ]
    assert (response.answer.text, response.model) == ("hola desde aquí", "ollama_chat/qwen2.5:3b")
    assert response.fallback
    assert "top_p" not in model_server.requests[-1].body["options"]


async def test_the_baseline_answers_last_and_says_so(
    routing: Routing, ask_remote: AskAbout, baseline: Baseline, model_server: ModelServer
) -> None:
    model_server.default = Failure(500)
    response = await routing().complete(ask_remote(retries=1))
    assert (response.answer.text, response.model, response.fallback) == ("base", OFFLINE_MODEL, True)
    assert tried(response) == [
        ("openai/gpt-4o-mini", "ModelUnavailable"),
        ("openai/gpt-4o-mini", "ModelUnavailable"),
        (OFFLINE_MODEL, None),
    ]
    assert baseline.requests[0].settings.model == OFFLINE_MODEL


async def test_offline_among_the_fallbacks_ends_the_route(
    routing: Routing, ask_remote: AskAbout, model_server: ModelServer
) -> None:
    model_server.default = Failure(400)
    response = await routing().complete(ask_remote(fallbacks=(OFFLINE_MODEL, "openai/never-asked")))
    assert [model for model, _ in tried(response)] == ["openai/gpt-4o-mini", OFFLINE_MODEL]


async def test_a_wrong_answer_is_paid_for_though_another_model_answers(
    routing: Routing, ask_remote: AskAbout, model_server: ModelServer
) -> None:
    model_server.script(Answer("{", input_tokens=1_000_000, output_tokens=7))
    response = await routing().complete(ask_remote(reasks=0))
    assert response.fallback
    assert response.usage == Usage(input_tokens=1_000_000, output_tokens=7)
    assert Decimal("0.15") < response.cost_usd < Decimal("0.151")


async def test_a_question_only_for_models_ends_with_the_last_error_and_all_costs(
    routing: Routing, ask_remote: AskAbout, baseline: Baseline, model_server: ModelServer
) -> None:
    model_server.script(Answer("{", input_tokens=100, output_tokens=7))
    request = replace(ask_remote(reasks=0, fallbacks=("openai/without-a-key",)), facts=None)
    with pytest.raises(ModelNotConfigured) as caught:
        await routing().complete(request)
    assert (caught.value.input_tokens, caught.value.output_tokens) == (100, 7)
    assert baseline.requests == []


async def test_the_breaker_opens_and_then_nobody_knocks(
    routing: Routing, ask_remote: AskAbout, model_server: ModelServer
) -> None:
    gateway = routing(breaker=BreakerRules(failures=3, open_seconds=3600))
    model_server.default = Failure(500)
    first = await gateway.complete(ask_remote(retries=5))
    assert [error for _, error in tried(first)] == [*["ModelUnavailable"] * 3, "CircuitOpen", None]
    assert gateway.breaker_of(ask_remote().settings).state is BreakerState.OPEN
    second = await gateway.complete(ask_remote())
    assert [error for _, error in tried(second)] == ["CircuitOpen", None]
    assert len(model_server.chats) == 3
    elsewhere = await gateway.complete(ask_remote(model="openai/another"))
    assert tried(elsewhere)[0] == ("openai/another", "ModelUnavailable"), "each model has its own breaker"


async def test_after_the_pause_one_call_tries_for_all(
    routing: Routing, ask_remote: AskAbout, model_server: ModelServer
) -> None:
    gateway = routing(breaker=BreakerRules(failures=1, open_seconds=0))
    model_server.script(Failure(500))
    await gateway.complete(ask_remote(retries=0))
    model_server.hold()
    probe = asyncio.create_task(gateway.complete(ask_remote(retries=0)))
    await asyncio.to_thread(model_server.wait_for_chats, 2)
    others = await asyncio.gather(*(gateway.complete(ask_remote(retries=0)) for _ in range(5)))
    assert {tried(other)[0][1] for other in others} == {"CircuitOpen"}
    model_server.release()
    assert not (await probe).fallback
    assert not (await gateway.complete(ask_remote(retries=0))).fallback


async def test_a_cancelled_probe_does_not_close_the_door(
    routing: Routing, ask_remote: AskAbout, model_server: ModelServer
) -> None:
    gateway = routing(breaker=BreakerRules(failures=1, open_seconds=0))
    model_server.script(Failure(500), Hang())
    await gateway.complete(ask_remote(retries=0))
    probe = asyncio.create_task(gateway.complete(ask_remote(retries=0)))
    await asyncio.to_thread(model_server.wait_for_chats, 2)
    probe.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probe
    assert not (await gateway.complete(ask_remote(retries=0))).fallback


async def test_sixty_four_calls_at_once_respect_the_limit(
    routing: Routing, ask_remote: AskAbout, model_server: ModelServer
) -> None:
    gateway = routing()
    await gateway.complete(ask_remote())
    model_server.reset()
    model_server.hold()
    calls = [asyncio.create_task(gateway.complete(ask_remote(max_concurrency=5))) for _ in range(64)]
    await asyncio.to_thread(model_server.wait_for_chats, 5)
    model_server.release()
    responses = await asyncio.gather(*calls)
    assert all(not response.fallback for response in responses)
    assert len(model_server.chats) == 64
    assert model_server.peak_in_flight == 5


async def test_a_full_queue_falls_back_at_once(
    routing: Routing, ask_remote: AskAbout, model_server: ModelServer
) -> None:
    gateway = routing(max_waiting=3)
    model_server.hold()
    calls = [asyncio.create_task(gateway.complete(ask_remote(max_concurrency=1, retries=3))) for _ in range(6)]
    done, _ = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.to_thread(model_server.wait_for_chats, 1)
    assert all(tried(call.result())[0][1] == "ModelOverloaded" for call in done)
    model_server.release()
    responses = await asyncio.gather(*calls)
    assert sum(response.fallback for response in responses) == 2


async def test_a_cancelled_call_gives_its_slot_back(
    routing: Routing, ask_remote: AskAbout, model_server: ModelServer
) -> None:
    gateway = routing()
    model_server.script(Hang())
    stuck = asyncio.create_task(gateway.complete(ask_remote(max_concurrency=1)))
    await asyncio.to_thread(model_server.wait_for_chats, 1)
    waiting = asyncio.create_task(gateway.complete(ask_remote(max_concurrency=1)))
    stuck.cancel()
    response = await asyncio.wait_for(waiting, 5)
    assert not response.fallback


async def test_a_turns_deadline_passes_through_retries(
    routing: Routing, ask_remote: AskAbout, model_server: ModelServer, baseline: Baseline
) -> None:
    model_server.default = Hang()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await routing().complete(ask_remote(timeout_seconds=30))
    assert baseline.requests == [], "the caller decides what follows a missed deadline"


async def test_missed_deadlines_open_the_breaker(
    routing: Routing, ask_remote: AskAbout, model_server: ModelServer
) -> None:
    gateway = routing(breaker=BreakerRules(failures=2, open_seconds=60))
    model_server.default = Hang()
    for _ in range(2):
        deadline = asyncio.get_running_loop().time() + 0.2
        with pytest.raises(TimeoutError):
            async with asyncio.timeout_at(deadline):
                await gateway.complete(replace(ask_remote(timeout_seconds=30), deadline=deadline))
    answered = await asyncio.wait_for(gateway.complete(ask_remote(retries=0)), 5)
    assert answered.fallback
    assert tried(answered)[0][1] == "CircuitOpen"


async def test_a_cancellation_before_the_deadline_tells_nothing_of_the_model(
    routing: Routing, ask_remote: AskAbout, model_server: ModelServer
) -> None:
    gateway = routing(breaker=BreakerRules(failures=1, open_seconds=60))
    model_server.script(Hang())
    deadline = asyncio.get_running_loop().time() + 60
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await gateway.complete(replace(ask_remote(timeout_seconds=30), deadline=deadline))
    assert not (await gateway.complete(ask_remote(retries=0))).fallback


async def test_a_slow_model_is_given_up_and_replaced(
    routing: Routing, ask_remote: AskAbout, model_server: ModelServer
) -> None:
    model_server.default = Hang()
    response = await routing().complete(ask_remote(timeout_seconds=0.2, retries=1))
    assert [error for _, error in tried(response)] == ["ModelTimeout", "ModelTimeout", None]
    assert response.fallback


def test_one_gateway_serves_several_event_loops(
    routing: Routing, ask_remote: AskAbout, model_server: ModelServer
) -> None:
    gateway = routing()

    async def burst() -> list[bool]:
        calls = (gateway.complete(ask_remote(max_concurrency=1, requests_per_minute=6000)) for _ in range(4))
        return [response.fallback for response in await asyncio.gather(*calls)]

    assert asyncio.run(burst()) + asyncio.run(burst()) == [False] * 8
