"""Which key goes with a call, and to whom. Releases and saved models hold the names of variables, never a key.

Whoever may write a model's settings can name any variable of the server and any address: only what the rule below
allows is read from the environment, so that no other secret leaves, and no provider's key goes to somebody else.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from bot_core.errors import ModelNotConfigured
from bot_core.llm.gateway import OFFLINE_MODEL, ModelSettings
from bot_core.llm.providers import PROVIDERS

NO_KEY = "no-key-needed"
"""Sent to servers of our own; also keeps the provider's real key from going to another address."""
_WIRE = "openai/"
_OLLAMA = ("ollama/", "ollama_chat/")
_NO_PARAMETERS = frozenset({"api_key", "api_base", "base_url", "headers", "extra_headers", "custom_llm_provider"})
"""litellm would take a key or an address from these."""


class KeyFault(StrEnum):
    """Why settings are not asked."""

    VARIABLE = "variable"
    """Neither the provider's usual variable nor on the operator's list."""
    ADDRESS = "address"
    """An address for a model that is not asked as OpenAI or Ollama are: litellm may sign in with other secrets."""
    PARAMETER = "parameter"
    """A key or an address among the further parameters."""


def key_fault(settings: ModelSettings, listed: Collection[str]) -> KeyFault | None:
    """What is wrong with the key or the address; `listed` are the operator's variables (KAVAK_MODEL_KEY_ENVS).

    A listed variable goes wherever the settings say. The usual one of a provider goes to that provider alone, at its
    own address. No other variable goes anywhere.
    """
    model, variable = settings.model, settings.api_key_env
    if model == OFFLINE_MODEL:
        return None
    if _NO_PARAMETERS & settings.params.keys():
        return KeyFault.PARAMETER
    # Some providers of litellm take an address from the name: "huggingface/https://…".
    if "://" in model or (settings.api_base and not model.startswith((_WIRE, *_OLLAMA))):
        return KeyFault.ADDRESS
    if variable and variable not in listed and not (_is_usual(variable, model) and not settings.api_base):
        return KeyFault.VARIABLE
    return None


def refuse_key_fault(settings: ModelSettings, listed: Collection[str]) -> None:
    """Raises ModelNotConfigured that says what may not be sent where, and who can allow it."""
    if fault := key_fault(settings, listed):
        raise _refused(settings, fault)


def key_for(settings: ModelSettings, listed: Collection[str]) -> str | None:
    """The key to send, or None to let litellm read the provider's usual variable.

    Raises ModelNotConfigured that names the missing variable, or the one that may not be sent.
    """
    refuse_key_fault(settings, listed)
    if settings.api_key_env:
        key = os.environ.get(settings.api_key_env, "").strip()
        if not key:
            raise missing_variable(settings.model, settings.api_key_env)
        return key
    return NO_KEY if settings.api_base else None


def is_ollama(model: str) -> bool:
    return model.startswith(_OLLAMA)


def is_own(model: str, api_base: str | None) -> bool:
    """Whether the model runs on this machine or in its network, and so costs nothing: a provider's address is not one's
    own because it is written out."""
    if api_base is None:
        return is_ollama(model)
    host = urlsplit(api_base).hostname or ""
    try:
        return ip_address(host).is_private
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal")) or "." not in host


def missing_variable(model: str, variable: str) -> ModelNotConfigured:
    return ModelNotConfigured(
        f"{model} needs a key in the environment variable {variable}",
        model=model,
        hint=f"export {variable}=…, or choose another model; `offline` needs none",
    )


def _is_usual(variable: str, model: str) -> bool:
    provider = PROVIDERS.get(variable)
    return provider is not None and model.startswith(provider.prefix)


def _refused(settings: ModelSettings, fault: KeyFault) -> ModelNotConfigured:
    model, variable = settings.model, settings.api_key_env
    where = settings.api_base or f"the provider of {model}"
    message, hint = {
        KeyFault.VARIABLE: (
            f"{variable} is not sent to {where} as a key",
            f"whoever runs the server lists it in KAVAK_MODEL_KEY_ENVS (now {variable} is not in it)",
        ),
        KeyFault.ADDRESS: (
            f"{model} is not asked at an address of one's own",
            "a model behind OpenAI's wire is named openai/<its name there>, one of Ollama's ollama_chat/<its name>",
        ),
        KeyFault.PARAMETER: (
            f"{model}: params hold no key and no address",
            f"not {', '.join(sorted(_NO_PARAMETERS & settings.params.keys()))}: api_key_env and api_base are for that",
        ),
    }[fault]
    return ModelNotConfigured(message, model=model, hint=hint)
