"""Models are found by asking real servers on loopback, and by which key variables are set."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot_core.llm import discovery
from bot_core.llm.discovery import FoundModel, available_models

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def closed(monkeypatch):
    """Nothing runs on this machine, whatever does."""

    def find(**options):
        return available_models(**({"local_base": f"{NOBODY}/v1", "ollama_base": NOBODY} | options))

    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    return find


def test_the_baseline_is_always_there(closed):
    [only] = closed()
    assert (only.model, only.api_base, only.kind) == ("offline", None, "offline")


def test_a_running_ollama_is_found_by_its_variable(closed, monkeypatch, model_server):
    monkeypatch.setenv("OLLAMA_HOST", f"127.0.0.1:{model_server.port}")
    found = closed(ollama_base=None)
    assert found[1] == FoundModel(
        "ollama_chat/qwen2.5:3b", f"ollama_chat/qwen2.5:3b: Ollama at {model_server.url}", model_server.url, "ollama"
    )


def test_the_local_server_is_found_with_the_name_it_gives_its_model(closed, model_server):
    found = closed(local_base=model_server.openai_base)
    assert [(each.model, each.api_base, each.kind) for each in found[1:]] == [
        ("openai/fake-model", model_server.openai_base, "local")
    ]


def test_a_provider_shows_by_the_name_of_its_variable_never_by_its_key(closed, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("GROQ_API_KEY", "  ")
    [provider] = closed()[1:]
    assert (provider.model, provider.kind) == ("openai/gpt-4o-mini", "provider")
    assert "OPENAI_API_KEY is set" in provider.label
    assert "sk-secret" not in repr(provider)


def test_a_server_that_hangs_or_speaks_another_protocol_is_passed_over_quickly(closed, model_server):
    other = f"{model_server.url}/nothing-here"
    started = time.perf_counter()
    assert len(closed(local_base=other, ollama_base=other)) == 1
    with _silent() as base:
        assert len(closed(local_base=base, ollama_base=base)) == 1
    assert time.perf_counter() - started < 5


def test_a_proxy_of_the_environment_is_not_asked(closed, monkeypatch, model_server):
    monkeypatch.setenv("HTTP_PROXY", NOBODY)
    monkeypatch.setenv("http_proxy", NOBODY)
    assert len(closed(local_base=model_server.openai_base)) == 2


@pytest.mark.parametrize(
    ("host", "base"),
    [
        ("", "http://127.0.0.1:11434"),
        ("localhost", "http://localhost:11434"),
        ("10.0.0.5:8000", "http://10.0.0.5:8000"),
        ("0.0.0.0:11500", "http://127.0.0.1:11500"),
        ("https://ollama.example", "https://ollama.example:11434"),
        ("[::1]:11434", "http://[::1]:11434"),
        ("host:no-port", "http://host:11434"),
    ],
)
def test_ollama_host_is_read_as_ollama_reads_it(host, base):
    assert discovery._ollama_base(host) == base


@contextmanager
def _silent() -> Iterator[str]:
    """A server that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
