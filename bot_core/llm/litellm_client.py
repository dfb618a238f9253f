"""litellm and instructor, imported once and late: together 2 s and 150 MB that the offline bot never pays."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from bot_core.errors import ModelNotConfigured, ModelRefused
from bot_core.llm.credentials import is_ollama, is_own
from bot_core.llm.gateway import ModelSettings
from bot_core.llm.lean_litellm import asking, import_litellm
from bot_core.llm.price_list import request_usd
from bot_core.llm.redaction import safe_detail
from bot_core.llm.response_schema import compact_schema, prepared
from bot_core.llm.spending import REQUESTS_USD, RESPONSE_COST, charge, spent_on

_KEY_IN_HAND = ("openai/", "ollama/", "ollama_chat/")
"""Providers that need a key at most: nothing is looked up over a network before their request."""


@dataclass(slots=True)
class LiteLLMClient:
    """Structured answers through instructor's JSON_SCHEMA mode."""

    failures: tuple[type[Exception], ...]
    """What `ask` may raise besides ModelError."""
    _introduced: set[str] = field(default_factory=set)
    _free: set[str] = field(default_factory=set)

    async def ask(self, response_model: type[BaseModel], *, reasks: int, **arguments: Any) -> Any:
        """The completion whose text fits `response_model`; its usage is the sum over reasks."""
        model: str = arguments["model"]
        self._introduce(model, arguments.get("api_base"))
        with asking(in_loop=model.startswith(_KEY_IN_HAND), free=model in self._free):
            return await _fitting(response_model, reasks, arguments)

    def _introduce(self, model: str, api_base: str | None) -> None:
        """Tell litellm about a model of our own: it probes an Ollama server's /api/show before every call otherwise,
        and looks ten times a call for a name that is in none of its lists."""
        if model in self._introduced or not (is_ollama(model) or is_own(model, api_base)):
            return
        import litellm

        self._introduced.add(model)
        provider, _, name = model.partition("/")
        if not is_ollama(model) and {model, name} & litellm.model_cost.keys():
            return
        self._free.add(model)
        free = {"input_cost_per_token": 0.0, "output_cost_per_token": 0.0, "supports_response_schema": True}
        known = {key: {"litellm_provider": provider, "mode": "chat", **free} for key in (model, name)}
        # Both are needed: register_model itself probes for a name that is not in the list yet.
        litellm.model_cost.update(known)
        litellm.register_model(known)


async def _fitting(response_model: type[BaseModel], reasks: int, arguments: dict[str, Any]) -> Any:
    """instructor is only asked when an answer does not fit: the first call is its very call without its overhead, a
    quarter of a call's processor time."""
    first = await _completion(**arguments, response_format=_response_format(response_model), drop_params=True)
    if _fits(first, response_model):
        return first
    token = _first_answer.set((first, 0.0))
    try:
        instructor = await asyncio.to_thread(_instructor)
        _, completion = await instructor.chat.completions.create_with_completion(
            response_model=prepared(response_model), max_retries=reasks, strict=False, drop_params=True, **arguments
        )
    finally:
        _first_answer.reset(token)
    return completion


async def litellm_client() -> LiteLLMClient:
    """The client, loaded in a thread at the first call so that other turns go on meanwhile."""
    if not _load.cache_info().currsize:
        await asyncio.to_thread(_load)
    return _load()


def load_litellm() -> None:
    """Import litellm with this project's environment; 2 s the first time."""
    _load()


def refuse_unknown(settings: ModelSettings) -> None:
    """Raises ModelNotConfigured for a name that litellm knows no provider of."""
    import litellm

    try:
        litellm.get_llm_provider(settings.model, api_base=settings.api_base)
    except litellm.exceptions.BadRequestError:
        raise ModelNotConfigured(
            f"no provider has a model {settings.model!r}",
            model=settings.model,
            hint="provider/model, like openai/gpt-4o-mini or ollama_chat/qwen2.5:3b; `models` lists what is here",
        ) from None


def missing_keys(model: str) -> list[str]:
    """Names of the provider's usual variables that are not set; empty when it needs none or litellm cannot tell."""
    import litellm

    return [str(name) for name in litellm.validate_environment(model)["missing_keys"]]


@cache
def _load() -> LiteLLMClient:
    import_litellm()
    return LiteLLMClient((Exception,))


@cache
def _instructor() -> Any:
    """Imported for the first answer that does not fit."""
    import instructor

    return instructor.from_litellm(_completion_for_instructor, mode=instructor.Mode.JSON_SCHEMA, async_client=True)


_first_answer: ContextVar[tuple[Any, float]] = ContextVar("first_answer", default=(None, 0.0))
"""What the first call answered, for instructor, which would make it again: None once it was told. And what the requests
that it was told of have cost beside their tokens."""


@cache
def _response_format(response_model: type[BaseModel]) -> dict[str, Any]:
    """As instructor's JSON_SCHEMA mode sends it."""
    schema = compact_schema(response_model)
    return {"type": "json_schema", "json_schema": {"name": response_model.__name__, "schema": schema}}


def _fits(completion: Any, response_model: type[BaseModel]) -> bool:
    choice = completion.choices[0]
    if choice.finish_reason == "length":
        return False
    try:
        response_model.model_validate_json(choice.message.content or "")
    except ValidationError:
        return False
    return True


async def _completion_for_instructor(**arguments: Any) -> Any:
    """The first answer, then wire calls."""
    completion, requests_usd = _first_answer.get()
    if completion is None:
        completion = await _completion(**arguments)
    completion._hidden_params[REQUESTS_USD] += requests_usd
    _first_answer.set((None, completion._hidden_params[REQUESTS_USD]))
    # instructor adds up the usage of all its calls: litellm's price of this one is not that of the sum.
    completion._hidden_params.pop(RESPONSE_COST, None)
    return completion


async def _completion(**arguments: Any) -> Any:
    """One wire call. Retries belong to bot_core.llm.retrying; a refusal is not worth a reask."""
    import litellm
    from litellm._internal_context import is_internal_call

    # No callbacks are registered: litellm need not prepare, price once more and queue what they would be told.
    token = is_internal_call.set(True)
    try:
        completion = await litellm.acompletion(**arguments, max_retries=0)
    finally:
        is_internal_call.reset(token)
    completion._hidden_params[REQUESTS_USD] = request_usd(litellm.model_cost, arguments["model"])
    choice = completion.choices[0]
    message = choice.message
    refusal = getattr(message, "refusal", None) or (message.provider_specific_fields or {}).get("refusal")
    if refusal or choice.finish_reason == "content_filter":
        model = arguments["model"]
        error = ModelRefused(f"{model} declined: {safe_detail(refusal or 'content filter')}", model=model)
        charge(error, spent_on(completion))
        raise error
    return completion
