"""litellm and instructor, imported once and late: together 2 s and 150 MB that the offline bot never pays."""

from __future__ import annotations

import asyncio
import logging
import os
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from bot_core.errors import ModelRefused
from bot_core.llm.credentials import is_ollama
from bot_core.llm.redaction import safe_detail
from bot_core.llm.response_schema import compact_schema, prepared
from bot_core.llm.spending import charge, spent_on

_NOISY_LOGGERS = ("instructor", "LiteLLM")
"""They log provider messages and request arguments, which may hold keys; the trace has a redacted record."""


@dataclass(slots=True)
class LiteLLMClient:
    """Structured answers through instructor's JSON_SCHEMA mode."""

    failures: tuple[type[Exception], ...]
    """What `ask` may raise besides ModelError."""
    _registered: set[str] = field(default_factory=set)

    async def ask(self, response_model: type[BaseModel], *, reasks: int, **arguments: Any) -> Any:
        """The completion whose text fits `response_model`; its usage is the sum over reasks.

        instructor is only asked when an answer does not fit: the first call is its very call without its overhead, a
        quarter of a call's processor time.
        """
        if is_ollama(arguments["model"]):
            self._register(arguments["model"])
        first = await _completion(**arguments, response_format=_response_format(response_model), drop_params=True)
        if _fits(first, response_model):
            return first
        token = _first_answer.set(first)
        try:
            asking = await asyncio.to_thread(_instructor)
            _, completion = await asking.chat.completions.create_with_completion(
                response_model=prepared(response_model), max_retries=reasks, strict=False, drop_params=True, **arguments
            )
        finally:
            _first_answer.reset(token)
        return completion

    def _register(self, model: str) -> None:
        """Tell litellm about a local model: otherwise it probes the server's /api/show before every call."""
        if model in self._registered:
            return
        import litellm

        free = {"input_cost_per_token": 0.0, "output_cost_per_token": 0.0, "supports_response_schema": True}
        provider, _, name = model.partition("/")
        known = {key: {"litellm_provider": provider, "mode": "chat", **free} for key in (model, name)}
        # Both are needed: register_model itself probes for a name that is not in the list yet.
        litellm.model_cost.update(known)
        litellm.register_model(known)
        self._registered.add(model)


async def litellm_client() -> LiteLLMClient:
    """The client, loaded in a thread at the first call so that other turns go on meanwhile."""
    if not _load.cache_info().currsize:
        await asyncio.to_thread(_load)
    return _load()


def load_litellm() -> None:
    """Import litellm with this project's environment; 2 s the first time."""
    _load()


def missing_keys(model: str) -> list[str]:
    """Names of the provider's usual variables that are not set; empty when it needs none or litellm cannot tell."""
    import litellm

    return [str(name) for name in litellm.validate_environment(model)["missing_keys"]]


@cache
def _load() -> LiteLLMClient:
    # Read at import: no fetch of the price list, no `.env` of the working directory.
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ.setdefault("LITELLM_MODE", "PRODUCTION")
    import litellm

    litellm.suppress_debug_info = True
    litellm.disable_hf_tokenizer_download = True
    litellm.telemetry = False
    for name in _NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
        logging.getLogger(name).propagate = False
    return LiteLLMClient((Exception,))


@cache
def _instructor() -> Any:
    """Imported for the first answer that does not fit."""
    import instructor

    return instructor.from_litellm(_completion, mode=instructor.Mode.JSON_SCHEMA, async_client=True)


_first_answer: ContextVar[Any] = ContextVar("first_answer", default=None)
"""What the first call answered: for instructor, which would make it again."""


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


async def _completion(**arguments: Any) -> Any:
    """One wire call. Retries belong to bot_core.llm.retrying; a refusal is not worth a reask."""
    answered = _first_answer.get()
    if answered is not None:
        _first_answer.set(None)
        return answered
    import litellm

    completion = await litellm.acompletion(**arguments, max_retries=0)
    choice = completion.choices[0]
    message = choice.message
    refusal = getattr(message, "refusal", None) or (message.provider_specific_fields or {}).get("refusal")
    if refusal or choice.finish_reason == "content_filter":
        model = arguments["model"]
        error = ModelRefused(f"{model} declined: {safe_detail(refusal or 'content filter')}", model=model)
        charge(error, spent_on(completion))
        raise error
    return completion
