"""A model server on loopback, requests to it, and an environment without anybody's keys."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot_core.facts.facts import AgentReply
from bot_core.llm.gateway import ChatMessage, LLMRequest, ModelSettings
from tests.fakes.model_server import ModelServer

AskAbout = Callable[..., LLMRequest[Any]]


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    """A server of its own for each test; unless told otherwise it answers both calls of a turn with a greeting."""
    with ModelServer() as server:
        yield server


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.endswith(("_API_KEY", "_API_BASE", "_BASE_URL")):
            monkeypatch.delenv(name)


@pytest.fixture
def ask() -> AskAbout:
    """A request for a greeting's words; keyword arguments are model settings, `response_model` apart."""

    def make(*, response_model: type[Any] = AgentReply, text: str = "hola", **settings: Any) -> LLMRequest[Any]:
        return LLMRequest(
            agent="greeting",
            purpose="reply",
            messages=(ChatMessage("system", "Eres el asistente de Kavak."), ChatMessage("user", text)),
            response_model=response_model,
            facts=(),
            settings=ModelSettings(**settings),
            prompt_id="greeting/v001",
            prompt_hash="0" * 12,
            tracking_id="t-1",
        )

    return make


@pytest.fixture(params=["openai", "ollama"])
def ask_server(request: pytest.FixtureRequest, ask: AskAbout, model_server: ModelServer) -> AskAbout:
    """`ask` aimed at the fake server, once over each wire format."""
    target = {
        "openai": {"model": "openai/fake-model", "api_base": model_server.openai_base},
        "ollama": {"model": "ollama_chat/qwen2.5:3b", "api_base": model_server.ollama_base},
    }[request.param]

    def make(**settings: Any) -> LLMRequest[Any]:
        made = ask(**settings)
        return replace(made, settings=made.settings.model_copy(update=target))

    return make
