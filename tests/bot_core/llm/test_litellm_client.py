"""What importing and using the model libraries does to the process around them."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import Any

import pytest

from bot_core.llm.litellm_client import load_litellm

_WATCHED = """
import asyncio, json, socket, sys
seen = []
def connect(self, address, _real=socket.socket.connect):
    seen.append(str(address[0])); return _real(self, address)
def lookup(host, *rest, _real=socket.getaddrinfo, **more):
    seen.append(str(host)); return _real(host, *rest, **more)
socket.socket.connect, socket.getaddrinfo = connect, lookup
from bot_core.facts.facts import AgentReply
from bot_core.llm.gateway import ChatMessage, LLMRequest, ModelSettings
from bot_core.llm.litellm_gateway import LiteLLMGateway
import bot_core.llm.routing, bot_core.llm.scripted
heavy = sorted({"litellm", "instructor", "openai"} & set(sys.modules))
from tests.fakes.model_server import ModelServer
tokenizers, threads = [], []
async def ask(model, base):
    await LiteLLMGateway().complete(LLMRequest(
        agent="greeting", purpose="reply", messages=(ChatMessage("user", "hola"),), response_model=AgentReply,
        facts=(), settings=ModelSettings(model=model, api_base=base), prompt_id="p", prompt_hash="h", tracking_id="t"))
    tokenizers.append("tiktoken_ext.openai_public" in sys.modules)
    threads.append(asyncio.get_running_loop()._default_executor is not None)
with ModelServer() as server:
    for model, base in (
        ("openai/llama-3-8b", server.openai_base), ("ollama_chat/llama-3", server.ollama_base),
        ("openai/llama-3-8b", server.openai_base),
    ):
        asyncio.run(ask(model, base))
    paths = [request.path for request in server.requests]
import gc, litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
from litellm.proxy._types import GenerateKeyRequest as unused
from pydantic._internal._config import config_defaults
queue = GLOBAL_LOGGING_WORKER._queue
told = {"heavy": heavy, "seen": seen, "paths": paths, "queued": queue.qsize() if queue else 0,
        "worker": GLOBAL_LOGGING_WORKER._worker_task is not None, "collecting": gc.isenabled(),
        "tokenizer": tokenizers[0], "threads": threads,
        "counted": len(litellm.main._get_encoding().encode("hola")),
        "built": {kind.__name__: kind.__pydantic_complete__ for kind in (litellm.ModelResponse, unused)},
        "defers": config_defaults["defer_build"],
        "listed": [name for name in ("openai/llama-3-8b", "ollama_chat/llama-3") if name in litellm.model_cost]}
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def watched() -> dict[str, Any]:
    """One process from its start through a call over each wire format."""
    result = subprocess.run([sys.executable, "-c", _WATCHED], capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_no_address_but_loopback_is_looked_up_or_connected_to(watched: dict[str, Any]) -> None:
    assert set(watched["seen"]) == {"127.0.0.1"}


def test_nothing_heavy_is_imported_before_the_first_call(watched: dict[str, Any]) -> None:
    assert watched["heavy"] == []


def test_only_the_questions_themselves_are_sent(watched: dict[str, Any]) -> None:
    openai, ollama = "/v1/chat/completions", "/api/chat"
    assert watched["paths"] == [openai, ollama, openai]


def test_only_the_import_needs_a_thread(watched: dict[str, Any]) -> None:
    assert watched["threads"] == [True, False, False]


async def test_a_provider_that_may_look_for_credentials_keeps_its_thread() -> None:
    load_litellm()
    from litellm import main

    assert main.asyncio.get_event_loop() is asyncio.get_running_loop()  # type: ignore[attr-defined]


def test_litellm_prepares_nothing_for_callbacks_that_nobody_registered(watched: dict[str, Any]) -> None:
    assert (watched["queued"], watched["worker"]) == (0, False)


def test_models_of_our_own_are_made_known_to_litellm(watched: dict[str, Any]) -> None:
    assert watched["listed"] == ["openai/llama-3-8b", "ollama_chat/llama-3"]


def test_garbage_is_collected_again_after_the_import(watched: dict[str, Any]) -> None:
    assert watched["collecting"]


def test_what_no_call_needs_is_not_made_ready(watched: dict[str, Any]) -> None:
    """No tokenizer over OpenAI's wire (it is there for who counts), no validators of models that are not used."""
    assert not watched["tokenizer"]
    assert watched["counted"] > 0
    assert watched["built"] == {"ModelResponse": True, "GenerateKeyRequest": False}


def test_pydantic_is_left_as_it_was(watched: dict[str, Any]) -> None:
    assert watched["defers"] is False
