"""Which models this machine can reach, found without a configuration; no key is read beyond "it is set"."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx

from bot_core.llm.gateway import OFFLINE_MODEL
from bot_core.llm.local_model import HOST, PORT
from bot_core.llm.providers import PROVIDERS

Kind = Literal["offline", "local", "ollama", "provider"]

_SECONDS = 0.3
_OLLAMA_PORT = 11434
_OLLAMA_HOST = "OLLAMA_HOST"


@dataclass(frozen=True, slots=True)
class FoundModel:
    """One model that can be chosen. `model` and `api_base` go into ModelSettings as they are."""

    model: str
    label: str
    api_base: str | None
    kind: Kind


@dataclass(frozen=True, slots=True)
class ProviderKey:
    """A provider that can be used with a key. The key itself is read nowhere here."""

    provider: str
    variable: str
    is_set: bool
    model: str
    """One of its models, as a start."""


@dataclass(frozen=True, slots=True)
class ModelServer:
    """A server on this machine, or where OLLAMA_HOST says."""

    kind: Kind
    base: str
    models: tuple[str, ...]
    """Empty when it does not answer, or serves none."""


def provider_keys() -> tuple[ProviderKey, ...]:
    """Every known provider, and whether its variable is set."""
    return tuple(
        ProviderKey(provider.name, variable, bool(os.environ.get(variable, "").strip()), provider.model)
        for variable, provider in PROVIDERS.items()
    )


def model_servers() -> tuple[ModelServer, ...]:
    """The local model's server and Ollama, asked for 0.3 s each."""
    local, ollama = f"http://{HOST}:{PORT}/v1", _ollama_base(os.environ.get(_OLLAMA_HOST, ""))
    return (
        ModelServer("local", local, tuple(_names(f"{local}/models", "data", "id"))),
        ModelServer("ollama", ollama, tuple(_names(f"{ollama}/api/tags", "models", "name"))),
    )


def available_models(
    *, local_base: str = f"http://{HOST}:{PORT}/v1", ollama_base: str | None = None
) -> tuple[FoundModel, ...]:
    """The baseline, the local model, Ollama's models, providers with a key. Servers are asked at once, for 0.3 s."""
    ollama = ollama_base or _ollama_base(os.environ.get(_OLLAMA_HOST, ""))
    probes: tuple[Callable[[], list[FoundModel]], ...] = (lambda: _served(local_base), lambda: _ollama(ollama))
    with ThreadPoolExecutor(len(probes)) as pool:
        found = [model for models in pool.map(lambda probe: probe(), probes) for model in models]
    baseline = FoundModel(OFFLINE_MODEL, "offline: the embedded baseline, no model, no key", None, "offline")
    return (baseline, *found, *_with_key())


def _served(base: str) -> list[FoundModel]:
    return [
        FoundModel(f"openai/{name}", f"openai/{name}: served at {base}", base, "local")
        for name in _names(f"{base}/models", "data", "id")
    ]


def _ollama(base: str) -> list[FoundModel]:
    return [
        FoundModel(f"ollama_chat/{name}", f"ollama_chat/{name}: Ollama at {base}", base, "ollama")
        for name in _names(f"{base}/api/tags", "models", "name")
    ]


def _with_key() -> list[FoundModel]:
    return [
        FoundModel(provider.model, f"{provider.model}: {provider.name}, {variable} is set", None, "provider")
        for variable, provider in PROVIDERS.items()
        if os.environ.get(variable, "").strip()
    ]


def _names(url: str, listed: str, name: str) -> list[str]:
    """Names that a server lists; none when nothing listens there, or something else does."""
    try:
        # A proxy of the environment must not see, or answer, what is asked of this machine.
        # Without TLS there is nothing to verify, and to read the certificates takes 20 ms each time.
        response = httpx.get(url, timeout=_SECONDS, trust_env=False, verify=not url.startswith("http:"))
        response.raise_for_status()
        body: Any = response.json()
        return [str(entry[name]) for entry in body[listed]]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
        return []


def _ollama_base(host: str) -> str:
    """OLLAMA_HOST as Ollama reads it: scheme and port are optional, "every address" is this machine."""
    parts = urlsplit(host.strip() if "//" in host else f"//{host.strip()}")
    name = parts.hostname or HOST
    shown = HOST if name in ("0.0.0.0", "::") else f"[{name}]" if ":" in name else name  # noqa: S104 - not bound to
    try:
        port = parts.port
    except ValueError:
        port = None
    return f"{parts.scheme or 'http'}://{shown}:{port or _OLLAMA_PORT}"
