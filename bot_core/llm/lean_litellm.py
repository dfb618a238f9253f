"""litellm, imported with this project's environment and without what no call of ours needs.

Some of it is not litellm's public interface: its version is pinned, and the tests of this folder look at each effect.
"""

from __future__ import annotations

import asyncio
import atexit
import gc
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn

_ENVIRONMENT = {
    # No fetch of the price list, no `.env` of the working directory.
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_MODE": "PRODUCTION",
    # OpenAI's wire asked as litellm asks all other providers, without OpenAI's own client: a quarter of a call's time.
    "EXPERIMENTAL_OPENAI_BASE_LLM_HTTP_HANDLER": "True",
}
_NOISY_LOGGERS = ("instructor", "LiteLLM")
"""They log provider messages and request arguments, which may hold keys; the trace has a redacted record."""

_in_loop: ContextVar[bool] = ContextVar("in_loop", default=False)
_free: ContextVar[bool] = ContextVar("free", default=False)


@contextmanager
def asking(*, in_loop: bool, free: bool) -> Iterator[None]:
    """Around a call: what litellm need not do for it.

    `in_loop`: its preparation only reckons. litellm prepares every request in a thread, because some providers' look
    for credentials over the network meanwhile; under load that thread waits for this one longer than it works.
    `free`: there is no price to look for.
    """
    tokens = _in_loop.set(in_loop), _free.set(free)
    try:
        yield
    finally:
        _in_loop.reset(tokens[0])
        _free.reset(tokens[1])


def import_litellm() -> None:
    """1.5 s and 150 MB the first time."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    with _no_collecting(), _models_built_when_used():
        import litellm
        from litellm.litellm_core_utils.litellm_logging import Logging
        from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler

    litellm.suppress_debug_info = True
    litellm.disable_hf_tokenizer_download = True
    litellm.telemetry = False
    AsyncHTTPHandler.single_connection_post_request = _not_again  # type: ignore[method-assign]
    litellm.main._encoding_cache = _LateTokenizer()  # type: ignore[assignment]
    vars(litellm.main)["asyncio"] = _Asyncio()
    Logging._response_cost_calculator = _priced_unless_free(Logging._response_cost_calculator)  # type: ignore[method-assign]
    for name in _NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
        logging.getLogger(name).propagate = False


def _priced_unless_free(price: Callable[..., float | None]) -> Callable[..., float | None]:
    def priced(*arguments: Any, **options: Any) -> float | None:
        return 0.0 if _free.get() else price(*arguments, **options)

    return priced


async def _not_again(*_arguments: Any, **_options: Any) -> NoReturn:
    """In place of litellm's second try, unseen, of a request whose connection broke: it might be paid twice."""
    error = sys.exception()
    assert error is not None
    raise error


class _Asyncio:
    """`asyncio` as litellm's calls see it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    def get_event_loop(self) -> Any:
        loop = asyncio.get_running_loop()
        return _LoopOnly(loop) if _in_loop.get() else loop


class _LoopOnly:
    """An event loop without its threads."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)

    async def run_in_executor(self, _executor: None, work: Callable[..., Any], *arguments: Any) -> Any:
        return work(*arguments)


class _LateTokenizer:
    """litellm hands its tokenizer (0.1 s, 30 MB) to every call; it counts only what a provider did not."""

    def __getattr__(self, name: str) -> Any:
        from litellm.litellm_core_utils.default_encoding import encoding

        return getattr(encoding, name)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """A million objects that stay are made here: to look for garbage among them takes a third of the time, and once
    more a tenth afterwards, were they not set apart."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        # DuckDB complains at the end of what was not looked through.
        atexit.register(gc.unfreeze)
        if collecting:
            gc.enable()


@contextmanager
def _models_built_when_used() -> Iterator[None]:
    """litellm defines hundreds of pydantic models and uses ten: those that do not say otherwise have `defer_build`."""
    from pydantic._internal._config import config_defaults

    config_defaults["defer_build"] = True
    try:
        yield
    finally:
        config_defaults["defer_build"] = False
