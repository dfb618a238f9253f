"""Which key goes with a call. Releases hold the names of variables, never a key."""

from __future__ import annotations

import os

from bot_core.errors import ModelNotConfigured
from bot_core.llm.gateway import ModelSettings

NO_KEY = "no-key-needed"
"""Sent to servers of our own; also keeps the provider's real key from going to another address."""


def key_for(settings: ModelSettings) -> str | None:
    """The key to send, or None to let litellm read the provider's usual variable.

    Raises ModelNotConfigured that names the missing variable.
    """
    if settings.api_key_env:
        key = os.environ.get(settings.api_key_env, "").strip()
        if not key:
            raise missing_variable(settings.model, settings.api_key_env)
        return key
    if is_ollama(settings.model):
        return None
    return NO_KEY if settings.api_base else None


def is_ollama(model: str) -> bool:
    return model.startswith(("ollama/", "ollama_chat/"))


def missing_variable(model: str, variable: str) -> ModelNotConfigured:
    return ModelNotConfigured(
        f"{model} needs a key in the environment variable {variable}",
        model=model,
        hint=f"export {variable}=…, or choose another model; `offline` needs none",
    )
