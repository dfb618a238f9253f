"""No exception class of the libraries below us is unknown; what each means is decided in one table."""

from __future__ import annotations

import inspect
import json
from email.utils import formatdate
from time import time
from types import ModuleType
from typing import Any

import httpx
import pytest

from bot_core.errors import (
    ModelBadRequest,
    ModelError,
    ModelInvalidAnswer,
    ModelNotConfigured,
    ModelRateLimited,
    ModelRefused,
    ModelTimeout,
    ModelUnavailable,
)
from bot_core.llm.litellm_client import litellm_client
from bot_core.llm.translation import FOREIGN_ERRORS, error_class, foreign_name, retry_after, translated


@pytest.fixture(autouse=True)
async def _libraries() -> None:
    """Imported as the bot imports them: with the local price list, without the network."""
    await litellm_client()


def exception_classes(module: ModuleType) -> list[type[BaseException]]:
    package = module.__name__.partition(".")[0]
    return [
        kind
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Exception) and kind.__module__.partition(".")[0] == package
    ]


def test_every_exception_class_of_litellm_openai_and_instructor_has_its_own_line() -> None:
    import instructor.v2.core.errors
    import litellm.exceptions
    import openai
    import openai._exceptions

    modules = (litellm.exceptions, openai, openai._exceptions, instructor.v2.core.errors)
    kinds = {kind for module in modules for kind in exception_classes(module)}
    assert len(kinds) > 50
    unmapped = sorted(foreign_name(kind) for kind in kinds if foreign_name(kind) not in FOREIGN_ERRORS)
    assert unmapped == []


def test_every_exception_class_of_the_http_libraries_is_known_by_itself_or_its_base() -> None:
    import aiohttp

    kinds = [*exception_classes(httpx), *exception_classes(aiohttp)]
    strangers = {foreign_name(kind) for kind in kinds if error_class(kind) is None}
    not_of_a_model_call = {  # web sockets, multipart bodies, cookies by name, an internal signal
        "httpx.CookieConflict",
        "aiohttp.BadContentDispositionHeader",
        "aiohttp.BadContentDispositionParam",
        "aiohttp.EofStream",
        "aiohttp.WSMessageTypeError",
        "aiohttp.WebSocketError",
    }
    assert strangers - not_of_a_model_call == set()


def test_the_table_names_no_class_that_is_gone() -> None:
    import instructor.v2.core.errors
    import litellm.exceptions
    import openai

    known = {
        "litellm": litellm.exceptions,
        "openai": openai,
        "instructor": instructor.v2.core.errors,
        "httpx": httpx,
    }
    import openai._exceptions

    gone = [
        name
        for name in FOREIGN_ERRORS
        if (module := known.get(name.partition(".")[0])) is not None
        and not hasattr(module, name.partition(".")[2])
        and not hasattr(openai._exceptions, name.partition(".")[2])
    ]
    assert gone == []


def test_a_stranger_has_no_class() -> None:
    assert error_class(KeyError) is None


class APIError(Exception):
    """Stands for litellm's general error, which carries any status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status_code = status


APIError.__module__ = "litellm.exceptions"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"error": {"message": "Rate limit reached", "type": "x"}}', "Rate limit reached"),
        ('{"error": "model not found"}', "model not found"),
        ('{"detail": "Not Found"}', "Not Found"),
        ('{"message": "slow down"}', "slow down"),
        ('{"error": {"code": 3}}', '{"error": {"code": 3}}'),
        ("[1]", "[1]"),
        ("<html>gateway</html>", "<html>gateway</html>"),
    ],
)
def test_the_detail_is_what_the_provider_says_in_its_json(body: str, told: str) -> None:
    assert translated(RuntimeError(f"litellm.APIError: OpenAIException - {body}"), model="m").message == f"m: {told}"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, ModelNotConfigured),
        (403, ModelNotConfigured),
        (404, ModelNotConfigured),
        (408, ModelTimeout),
        (409, ModelBadRequest),
        (413, ModelBadRequest),
        (429, ModelRateLimited),
        (500, ModelUnavailable),
        (529, ModelUnavailable),
    ],
)
def test_a_general_error_is_told_apart_by_its_status(status: int, expected: type[ModelError]) -> None:
    assert type(translated(APIError(status), model="m")) is expected


def test_a_wrapper_of_instructor_is_looked_through() -> None:
    import instructor.v2.core.errors as instructor_errors

    wrapper = instructor_errors.InstructorRetryException("x", n_attempts=1, total_usage=None)
    wrapper.__cause__ = httpx.ReadTimeout("slow")
    assert type(translated(wrapper, model="m")) is ModelTimeout
    ours = ModelRefused("no", model="m")
    wrapper.__cause__ = ours
    assert translated(wrapper, model="m") is ours
    wrapper.__cause__ = KeyError("a bug inside the library")
    assert type(translated(wrapper, model="m")) is ModelUnavailable


def test_the_detail_of_a_wrong_answer_names_the_fields_and_not_the_answer() -> None:
    from bot_core.intents import IntentDetail

    try:
        IntentDetail.model_validate_json(json.dumps({"intent": "buy", "confidence": 7, "make": "secret customer text"}))
    except ValueError as error:
        ours = translated(error, model="m")
    assert type(ours) is ModelInvalidAnswer
    assert "intent: Input should be 'greeting'" in ours.message
    assert "confidence: Input should be less than or equal to 1" in ours.message
    assert "secret customer text" not in ours.message


@pytest.mark.parametrize(
    ("value", "seconds"), [("2", 2.0), ("0.25", 0.25), ("-3", 0.0), ("nonsense", None), ("", None)]
)
def test_retry_after_in_seconds(value: str, seconds: float | None) -> None:
    assert retry_after(with_headers({"retry-after": value})) == seconds


def test_retry_after_as_a_date() -> None:
    found = retry_after(with_headers({"retry-after": formatdate(time() + 60, usegmt=True)}))
    assert found is not None
    assert 55 < found <= 60


def test_no_retry_after() -> None:
    assert retry_after(with_headers({})) is None
    assert retry_after(ValueError()) is None


def with_headers(headers: dict[str, str]) -> Any:
    error = Exception("429")
    error.response = httpx.Response(429, headers=headers)  # type: ignore[attr-defined]
    return error
