"""One call to a remote or local model through litellm, parsed by instructor; routing.py retries failed calls."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from typing import Any

from bot_core.errors import ModelError
from bot_core.llm.credentials import is_ollama, key_for, missing_variable
from bot_core.llm.gateway import OFFLINE_MODEL, Answer, LLMRequest, LLMResponse, ModelSettings
from bot_core.llm.litellm_client import litellm_client, missing_keys, refuse_unknown
from bot_core.llm.price_list import own_price, with_own_price
from bot_core.llm.spending import charge, spent_on
from bot_core.llm.translation import timed_out, translated
from bot_core.settings import load_settings
from bot_core.trace import Attempt


class LiteLLMGateway:
    """Any model that litellm can name: a provider's, an OpenAI-compatible server's, Ollama's."""

    def __init__(self, *, key: str | None = None, key_envs: Collection[str] | None = None) -> None:
        """`key` goes with every call in place of the environment's; a replay needs no real one. `key_envs` are the
        variables that the operator allows; None for those of the settings. Raises ConfigurationError."""
        self._key = key
        self._key_envs = load_settings().model_key_envs if key_envs is None else key_envs

    async def check(self, settings: ModelSettings) -> None:
        """Could this model be asked at all? Found out without asking it. Raises ModelNotConfigured for a name that no
        provider has, or a key that is not set or may not be sent."""
        if settings.model == OFFLINE_MODEL:
            return
        await litellm_client()
        refuse_unknown(settings)
        if self._key is None:
            checked_key(settings, self._key_envs)

    async def complete(self, request: LLMRequest[Answer]) -> LLMResponse[Answer]:
        """Answer within `settings.timeout_seconds`, reasks included. Raises ModelError with what the call has used."""
        settings = request.settings
        client = await litellm_client()
        key = self._key or checked_key(settings, self._key_envs)
        started = time.perf_counter()
        try:
            async with asyncio.timeout(settings.timeout_seconds):
                completion = await client.ask(request.response_model, **_arguments(request, key))
        except TimeoutError:
            raise timed_out(settings.model, settings.timeout_seconds) from None
        except client.failures as error:
            # Without the original as cause: it carries the request's arguments, and so the key.
            raise _failed(error, settings, key) from None
        return _response(request, completion, time.perf_counter() - started)


def checked_key(settings: ModelSettings, key_envs: Collection[str]) -> str | None:
    """The key to send; None where none is needed or litellm finds it. Raises ModelNotConfigured."""
    key = key_for(settings, key_envs)
    if key is None and not is_ollama(settings.model) and (missing := missing_keys(settings.model)):
        raise missing_variable(settings.model, " and ".join(missing))
    return key


def _arguments(request: LLMRequest[Answer], key: str | None) -> dict[str, Any]:
    settings = request.settings
    arguments: dict[str, Any] = {
        # Without a price of its own: litellm would take it for everybody's from then on.
        **with_own_price(settings, None).params,
        "model": settings.model,
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
        "temperature": settings.temperature,
        "max_tokens": settings.max_tokens,
        "timeout": settings.timeout_seconds,
        "reasks": settings.reasks,
    }
    optional = {"seed": settings.seed, "api_base": settings.api_base, "api_key": key}
    return arguments | {name: value for name, value in optional.items() if value is not None}


def _failed(error: Exception, settings: ModelSettings, key: str | None) -> ModelError:
    ours = translated(error, model=settings.model, secret=key)
    # The last completion's usage is the sum over reasks; None when no call was answered.
    charge(ours, spent_on(getattr(error, "last_completion", None), own_price(settings)))
    return ours


def _response(request: LLMRequest[Answer], completion: Any, seconds: float) -> LLMResponse[Answer]:
    raw = completion.choices[0].message.content or ""
    spent = spent_on(completion, own_price(request.settings))
    return LLMResponse(
        # Parsed again as the class that was asked for: instructor's answer is of the prepared subclass.
        answer=request.response_model.model_validate_json(raw),
        model=request.settings.model,
        raw=raw,
        usage=spent.usage,
        cost_usd=spent.cost_usd,
        seconds=seconds,
        attempts=(Attempt(model=request.settings.model, seconds=seconds),),
    )
