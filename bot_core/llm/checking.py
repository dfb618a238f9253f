"""Could this model be asked at all? Found out without asking it."""

from __future__ import annotations

import asyncio

from bot_core.errors import ModelNotConfigured
from bot_core.llm.gateway import OFFLINE_MODEL, ModelSettings
from bot_core.llm.litellm_client import litellm_client
from bot_core.llm.litellm_gateway import checked_key
from bot_core.settings import load_settings


def check_model(settings: ModelSettings) -> None:
    """Raises ModelNotConfigured for a name that no provider has, or a key that is not set or may not be sent. Not
    inside an event loop: it imports litellm (2 s)."""
    if settings.model == OFFLINE_MODEL:
        return
    asyncio.run(litellm_client())
    import litellm

    try:
        litellm.get_llm_provider(settings.model, api_base=settings.api_base)
    except litellm.exceptions.BadRequestError as error:
        raise ModelNotConfigured(
            f"no provider has a model {settings.model!r}",
            model=settings.model,
            hint="provider/model, like openai/gpt-4o-mini or ollama_chat/qwen2.5:3b; `models` lists what is here",
        ) from error
    checked_key(settings, load_settings().model_key_envs)
