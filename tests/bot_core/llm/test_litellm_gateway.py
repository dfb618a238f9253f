"""Through the real litellm and instructor, over both wire formats."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from decimal import Decimal
from typing import Any

import pytest

from bot_core.errors import (
    ModelBadRequest,
    ModelError,
    ModelInvalidAnswer,
    ModelNotConfigured,
    ModelRateLimited,
    ModelRefused,
    ModelTimeout,
    ModelUnavailable,
)
from bot_core.facts.facts import AgentReply
from bot_core.intents import Intent, UserIntentionResponse
from bot_core.llm.credentials import NO_KEY
from bot_core.llm.litellm_gateway import LiteLLMGateway
from bot_core.llm.response_schema import compact_schema
from bot_core.trace import Usage
from tests.bot_core.llm.conftest import AskAbout
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import (
    Answer,
    Behaviour,
    Cut,
    Failure,
    Hang,
    RawBody,
    Refusal,
    empty,
    rate_limited,
    unauthorized,
)

KEY = "sk-test-1234567890abcdef"


@pytest.fixture
def gateway() -> LiteLLMGateway:
    return LiteLLMGateway(key_envs={"PROXY_KEY"})


async def failure(gateway: LiteLLMGateway, request: Any) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await gateway.complete(request)
    return caught.value


async def test_an_answer_with_its_text_tokens_and_time(
    gateway: LiteLLMGateway, ask_server: AskAbout, model_server: ModelServer
) -> None:
    model_server.script(Answer('{"text":  "Hola, soy Kavak."}', input_tokens=321, output_tokens=12))
    response = await gateway.complete(ask_server())
    assert response.answer == AgentReply(text="Hola, soy Kavak.")
    assert type(response.answer) is AgentReply
    assert response.raw == '{"text":  "Hola, soy Kavak."}'
    assert response.usage == Usage(input_tokens=321, output_tokens=12)
    assert response.seconds > 0
    assert [attempt.error for attempt in response.attempts] == [None]


async def test_messages_parameters_and_schema_reach_openais_wire(
    gateway: LiteLLMGateway, ask: AskAbout, model_server: ModelServer
) -> None:
    await gateway.complete(
        ask(
            model="openai/gpt-4o-mini",
            api_base=model_server.openai_base,
            response_model=UserIntentionResponse,
            text="{{ no es una plantilla }}",
            temperature=0.3,
            max_tokens=55,
            seed=11,
            params={"top_p": 0.5},
        )
    )
    (request,) = model_server.requests
    assert request.path == "/v1/chat/completions"
    assert request.body["model"] == "gpt-4o-mini"
    assert request.messages[1] == {"role": "user", "content": "{{ no es una plantilla }}"}
    sent = {name: request.body[name] for name in ("temperature", "max_tokens", "seed", "top_p")}
    assert sent == {"temperature": 0.3, "max_tokens": 55, "seed": 11, "top_p": 0.5}
    assert request.schema == compact_schema(UserIntentionResponse)
    assert "tools" not in request.body


async def test_ollama_receives_a_real_schema_and_no_probe(
    gateway: LiteLLMGateway, ask: AskAbout, model_server: ModelServer
) -> None:
    request = ask(
        model="ollama_chat/qwen2.5:3b",
        api_base=model_server.ollama_base,
        response_model=UserIntentionResponse,
        max_tokens=55,
    )
    response = await gateway.complete(request)
    assert response.answer.names() == [Intent.GREETING]
    assert response.cost_usd == 0
    assert [seen.path for seen in model_server.requests] == ["/api/chat"]
    (seen,) = model_server.requests
    assert seen.schema == compact_schema(UserIntentionResponse)
    assert seen.body["options"] == {"temperature": 0.0, "num_predict": 55, "seed": 7}
    assert seen.headers["authorization"] == f"Bearer {NO_KEY}"


async def test_a_known_model_has_its_price_and_an_unknown_one_costs_nothing(
    gateway: LiteLLMGateway, ask: AskAbout, model_server: ModelServer
) -> None:
    model_server.default = Answer({"text": "hola"}, input_tokens=1_000_000, output_tokens=1_000_000)
    known = await gateway.complete(ask(model="openai/gpt-4o-mini", api_base=model_server.openai_base))
    assert known.cost_usd == Decimal("0.15") + Decimal("0.60")
    unknown = await gateway.complete(ask(model="openai/nobody-knows-me", api_base=model_server.openai_base))
    assert unknown.cost_usd == 0
    assert unknown.usage.input_tokens == 1_000_000


async def test_the_price_of_the_settings_goes_before_the_list_over_reasks_too_and_is_not_sent(
    gateway: LiteLLMGateway, ask: AskAbout, model_server: ModelServer
) -> None:
    price = {"input_cost_per_token": 2e-6, "output_cost_per_token": 8e-6}
    for model in ("openai/ft:nobody-knows-me", "openai/gpt-4o-mini"):
        model_server.script(
            Answer({"words": "hola"}, input_tokens=1_000, output_tokens=100),
            Answer({"text": "hola"}, input_tokens=1_000, output_tokens=100),
        )
        asked = ask(model=model, api_base=model_server.openai_base, reasks=1, params=price)
        assert (await gateway.complete(asked)).cost_usd == Decimal("0.0056")
    assert not any(name in seen.body for seen in model_server.requests for name in price)


async def test_each_request_is_paid_for_where_the_list_has_a_price_for_it(
    gateway: LiteLLMGateway, ask: AskAbout, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """litellm's own sum leaves it out. Two requests: the first answer does not fit."""
    await gateway.complete(ask(model="openai/gpt-4o-mini", api_base=model_server.openai_base))
    import litellm

    dear = litellm.model_cost["gpt-4o-mini"] | {"input_cost_per_request": 0.005}
    monkeypatch.setitem(litellm.model_cost, "gpt-4o-mini", dear)
    model_server.script(
        Answer({"words": "hola"}, input_tokens=100, output_tokens=10),
        Answer({"text": "hola"}, input_tokens=150, output_tokens=20),
        Answer({"text": "hola"}, input_tokens=100, output_tokens=10),
    )
    twice, once = [
        await gateway.complete(ask(model="openai/gpt-4o-mini", api_base=model_server.openai_base, reasks=1))
        for _ in range(2)
    ]
    assert twice.cost_usd == Decimal("0.0000555") + Decimal("0.01")
    assert once.cost_usd == Decimal("0.000021") + Decimal("0.005")


async def test_a_wrong_answer_is_asked_again_and_both_are_paid_for(
    gateway: LiteLLMGateway, ask: AskAbout, model_server: ModelServer
) -> None:
    model_server.script(
        Answer({"words": "hola"}, input_tokens=100, output_tokens=10),
        Answer({"text": "hola"}, input_tokens=150, output_tokens=20),
    )
    response = await gateway.complete(ask(model="openai/gpt-4o-mini", api_base=model_server.openai_base, reasks=1))
    assert response.answer.text == "hola"
    assert response.usage == Usage(input_tokens=250, output_tokens=30)
    assert response.cost_usd == Decimal("0.0000555")
    again = model_server.requests[1].text
    assert '{"words": "hola"}' in again
    assert "Field required" in again


async def test_what_a_failed_call_used_is_on_the_error(
    gateway: LiteLLMGateway, ask: AskAbout, model_server: ModelServer
) -> None:
    model_server.script(
        Answer("{broken", input_tokens=100, output_tokens=10), Answer({}, input_tokens=150, output_tokens=20)
    )
    error = await failure(gateway, ask(model="openai/gpt-4o-mini", api_base=model_server.openai_base, reasks=1))
    assert type(error) is ModelInvalidAnswer
    assert (error.input_tokens, error.output_tokens) == (250, 30)
    assert error.cost_usd == Decimal("0.0000555")
    model_server.assert_consumed()


async def test_a_refusal_after_a_wrong_answer_pays_for_both(
    gateway: LiteLLMGateway, ask: AskAbout, model_server: ModelServer
) -> None:
    model_server.script(Answer({}, input_tokens=100, output_tokens=10), Refusal())
    error = await failure(gateway, ask(model="openai/gpt-4o-mini", api_base=model_server.openai_base, reasks=1))
    assert type(error) is ModelRefused
    assert (error.input_tokens, error.output_tokens) == (200, 20)


FAILURES: list[tuple[Behaviour, type[ModelError]]] = [
    (unauthorized(), ModelNotConfigured),
    (Failure(403), ModelNotConfigured),
    (Failure(404, "model 'x' not found"), ModelNotConfigured),
    (Failure(400), ModelBadRequest),
    (Failure(413), ModelBadRequest),
    (Failure(422), ModelBadRequest),
    (Failure(400, "This model's maximum context length is 512 tokens"), ModelBadRequest),
    (rate_limited(3), ModelRateLimited),
    (Failure(408), ModelTimeout),
    (Failure(500), ModelUnavailable),
    (Failure(502), ModelUnavailable),
    (Failure(503), ModelUnavailable),
    (Cut(), ModelUnavailable),
    (Cut(mid_body=True), ModelUnavailable),
    (RawBody("<html>gateway</html>"), ModelUnavailable),
    (RawBody("{}"), ModelUnavailable),
    (Answer('{"text": "ho'), ModelInvalidAnswer),
    (Answer("Claro, con gusto."), ModelInvalidAnswer),
    (Answer({"text": 7}), ModelInvalidAnswer),
    (empty(), ModelInvalidAnswer),
    (Answer('{"text": "ho', finish_reason="length"), ModelInvalidAnswer),
    (Answer("", finish_reason="content_filter"), ModelRefused),
]


@pytest.mark.parametrize("model", ["openai/fake-model", "ollama_chat/fake-model"])
async def test_a_request_whose_connection_breaks_is_not_sent_again_unseen(
    gateway: LiteLLMGateway, ask: AskAbout, model: str
) -> None:
    """It may be answered, and paid, all the same: only bot_core.llm.retrying asks again, and counts it."""
    seen: list[bytes] = []

    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        no_goodbye = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_goodbye)
        writer.transport.abort()

    async with await asyncio.start_server(reset, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        error = await failure(gateway, ask(model=model, api_base=f"http://127.0.0.1:{port}/v1"))
    assert type(error) is ModelUnavailable
    assert error.unseen
    assert len(seen) == 1


@pytest.mark.parametrize(("behaviour", "expected"), FAILURES, ids=lambda value: str(value)[:60])
async def test_every_way_to_fail_is_one_of_our_errors(
    gateway: LiteLLMGateway,
    ask_server: AskAbout,
    model_server: ModelServer,
    behaviour: Behaviour,
    expected: type[ModelError],
) -> None:
    model_server.script(behaviour)
    request = ask_server(reasks=0)
    error = await failure(gateway, request)
    assert type(error) is expected
    assert error.model == request.settings.model
    assert error.message.startswith(request.settings.model)
    assert "\n" not in error.message
    assert error.unseen == (isinstance(behaviour, Cut) or expected is ModelTimeout)
    assert len(model_server.chats) == 1, "no library retries by itself"
    if isinstance(error, ModelRateLimited):
        assert error.retry_after == 3


async def test_a_refusal_is_not_asked_again(gateway: LiteLLMGateway, ask: AskAbout, model_server: ModelServer) -> None:
    model_server.script(Refusal("I can't do that."))
    error = await failure(gateway, ask(model="openai/x", api_base=model_server.openai_base, reasks=3))
    assert type(error) is ModelRefused
    assert "I can't do that." in error.message
    assert len(model_server.chats) == 1


async def test_the_time_limit_holds_over_reasks(
    gateway: LiteLLMGateway, ask_server: AskAbout, model_server: ModelServer
) -> None:
    model_server.script(Answer({}), Hang())
    error = await failure(gateway, ask_server(reasks=1, timeout_seconds=2))
    assert type(error) is ModelTimeout
    assert "no answer within 2 s" in error.message
    model_server.assert_consumed()


async def test_a_deadline_of_the_turn_is_not_taken_for_the_models(
    gateway: LiteLLMGateway, ask_server: AskAbout, model_server: ModelServer
) -> None:
    model_server.script(Hang())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await gateway.complete(ask_server(timeout_seconds=30))


async def test_nobody_listens_there(gateway: LiteLLMGateway, ask: AskAbout) -> None:
    for model in ("openai/x", "ollama_chat/x"):
        error = await failure(gateway, ask(model=model, api_base="http://127.0.0.1:9/v1"))
        assert type(error) is ModelUnavailable
        assert not error.unseen, "nothing was sent, so nothing is paid"


async def test_a_missing_key_is_named(gateway: LiteLLMGateway, ask: AskAbout, monkeypatch: pytest.MonkeyPatch) -> None:
    error = await failure(gateway, ask(model="openai/gpt-4o-mini"))
    assert type(error) is ModelNotConfigured
    assert "OPENAI_API_KEY" in str(error)
    error = await failure(gateway, ask(model="anthropic/claude-3-5-haiku-latest"))
    assert "ANTHROPIC_API_KEY" in str(error)
    monkeypatch.setenv("PROXY_KEY", " ")
    error = await failure(gateway, ask(model="openai/gpt-4o-mini", api_key_env="PROXY_KEY"))
    assert "PROXY_KEY" in str(error)


async def test_a_model_that_no_provider_has_is_not_configured(gateway: LiteLLMGateway, ask: AskAbout) -> None:
    error = await failure(gateway, ask(model="nobody/nothing"))
    assert type(error) is ModelNotConfigured


async def test_the_named_variable_gives_the_key(
    gateway: LiteLLMGateway, ask: AskAbout, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROXY_KEY", KEY)
    await gateway.complete(ask(model="openai/x", api_base=model_server.openai_base, api_key_env="PROXY_KEY"))
    assert model_server.requests[0].headers["authorization"] == f"Bearer {KEY}"


async def test_the_providers_own_key_never_goes_to_another_server(
    gateway: LiteLLMGateway, ask: AskAbout, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("OPENAI_API_KEY", "OLLAMA_API_KEY"):
        monkeypatch.setenv(variable, KEY)
    await gateway.complete(ask(model="openai/x", api_base=model_server.openai_base))
    await gateway.complete(ask(model="ollama_chat/x", api_base=model_server.ollama_base))
    assert len(model_server.requests) >= 2
    assert all(KEY not in str(request.headers) for request in model_server.requests)


@pytest.mark.parametrize(
    "asked",
    [
        {"model": "openai/x", "api_key_env": "TWILIO_AUTH_TOKEN"},
        {"model": "openai/x", "api_key_env": "OPENAI_API_KEY"},
        {"model": "anthropic/x"},
        {"model": "ollama_chat/x", "api_key_env": "KAVAK_DATA_KEY"},
        {"model": "openai/x", "params": {"api_key": KEY}},
    ],
    ids=str,
)
async def test_no_other_secret_leaves_for_an_address_that_somebody_typed(
    gateway: LiteLLMGateway,
    ask: AskAbout,
    model_server: ModelServer,
    monkeypatch: pytest.MonkeyPatch,
    asked: dict[str, Any],
) -> None:
    for variable in ("TWILIO_AUTH_TOKEN", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "KAVAK_DATA_KEY"):
        monkeypatch.setenv(variable, KEY)
    error = await failure(gateway, ask(**asked, api_base=model_server.openai_base))
    assert type(error) is ModelNotConfigured
    assert model_server.requests == []


@pytest.mark.parametrize(
    "behaviour",
    [
        unauthorized(KEY),
        Failure(400, f"bad header authorization: Bearer {KEY}"),
        Failure(500, f"upstream refused {KEY}"),
        Cut(),
        Answer({}),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_no_key_in_an_error_or_a_log_line(
    gateway: LiteLLMGateway,
    ask: AskAbout,
    model_server: ModelServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    behaviour: Behaviour,
) -> None:
    monkeypatch.setenv("PROXY_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    model_server.script(behaviour)
    request = ask(model="openai/x", api_base=model_server.openai_base, api_key_env="PROXY_KEY", reasks=0, text="hola")
    error = await failure(gateway, request)
    assert model_server.requests[0].headers["authorization"].endswith(KEY), "the key was in use"
    assert KEY not in f"{error!s} {error!r} {error.__dict__}"
    assert error.__cause__ is None, "the library's error holds the arguments of the call"
    assert error.__suppress_context__
    assert KEY not in caplog.text


async def test_an_answer_in_the_schema_of_another_turn_is_not_mixed_up(
    gateway: LiteLLMGateway, ask_server: AskAbout, model_server: ModelServer
) -> None:
    before = compact_schema(UserIntentionResponse)
    kinds = [AgentReply, UserIntentionResponse] * 8
    responses = await asyncio.gather(*(gateway.complete(ask_server(response_model=kind)) for kind in kinds))
    assert [type(response.answer) for response in responses] == kinds
    assert compact_schema(UserIntentionResponse) == before
