"""Every exception class of litellm, openai, instructor and the HTTP libraries, as one of ours."""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

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
from bot_core.llm.redaction import safe_detail

_FOREIGN: dict[type[ModelError], str] = {
    ModelNotConfigured: """
        litellm.AuthenticationError litellm.NotFoundError litellm.PermissionDeniedError litellm.LiteLLMUnknownProvider
        litellm.ModelNotMappedError openai.AuthenticationError openai.NotFoundError openai.PermissionDeniedError
        openai._AmbiguousModuleClientUsageError
        openai.OAuthError openai.SubjectTokenProviderError instructor.ConfigurationError instructor.ModeError
        instructor.ClientError httpx.UnsupportedProtocol httpx.InvalidURL""",
    ModelRateLimited: "litellm.RateLimitError litellm.BudgetExceededError openai.RateLimitError",
    ModelTimeout: """
        litellm.Timeout openai.APITimeoutError httpx.TimeoutException builtins.TimeoutError""",
    ModelUnavailable: """
        litellm.ServiceUnavailableError litellm.BadGatewayError litellm.InternalServerError litellm.APIError
        litellm.APIConnectionError litellm.OpenAIError litellm.MockException litellm.MidStreamFallbackError
        litellm.APIResponseValidationError openai.OpenAIError openai.APIError openai.APIConnectionError
        openai.APIStatusError openai.APIResponseValidationError openai.InternalServerError
        openai.WebSocketConnectionClosedError openai.WebSocketQueueFullError instructor.ProviderError
        instructor.InstructorError instructor.InstructorRetryException httpx.HTTPError httpx.StreamError
        aiohttp.ClientError builtins.OSError""",
    ModelBadRequest: """
        litellm.BadRequestError litellm.ImageFetchError litellm.VectorStoreSearchError
        litellm.UnprocessableEntityError litellm.ContextWindowExceededError litellm.UnsupportedParamsError
        litellm.InvalidRequestError openai.BadRequestError openai.ConflictError openai.UnprocessableEntityError
        openai.InvalidWebhookSignatureError instructor.MultimodalError""",
    ModelRefused: """
        litellm.RejectedRequestError litellm.ContentPolicyViolationError litellm.GuardrailRaisedException
        litellm.BlockedPiiEntityError litellm.ModifyResponseException litellm.SensitiveDataRouteException
        openai.ContentFilterFinishReasonError""",
    ModelInvalidAnswer: """
        litellm.JSONSchemaValidationError openai.LengthFinishReasonError instructor.IncompleteOutputException
        instructor.ValidationError instructor.AsyncValidationError instructor.ResponseParsingError
        instructor.TokenBudgetError instructor.TokenBudgetExceeded instructor.TokenUsageUnavailableError
        pydantic_core.ValidationError json.JSONDecodeError""",
}
FOREIGN_ERRORS: dict[str, type[ModelError]] = {name: ours for ours, names in _FOREIGN.items() for name in names.split()}
"""By top-level package and class name, so that nothing heavy is imported to look one up."""

_CUT = (
    "httpx.ReadError",
    "httpx.WriteError",
    "httpx.RemoteProtocolError",
    "aiohttp.ServerDisconnectedError",
    "aiohttp.ClientPayloadError",
    "aiohttp.ClientOSError",
)
"""What is below an error when an open connection ended. litellm says httpx.ConnectError of a reset too; in aiohttp's
own words only one that was refused is a ClientConnectorError."""

_BY_STATUS: dict[int, type[ModelError]] = {
    HTTPStatus.UNAUTHORIZED: ModelNotConfigured,
    HTTPStatus.FORBIDDEN: ModelNotConfigured,
    HTTPStatus.NOT_FOUND: ModelNotConfigured,
    HTTPStatus.REQUEST_TIMEOUT: ModelTimeout,
    HTTPStatus.TOO_MANY_REQUESTS: ModelRateLimited,
}

_LIBRARY_PREFIX = re.compile(r"^(?:litellm\.\w+:\s*)*(?:\w+(?: Error)?:\s+)?(?:\w+Exception\s+-\s+)?")
"""litellm puts up to three class names before what the provider said; ours says it better."""

_UNKNOWN_PROVIDER = "LLM Provider NOT provided"
_REFUSALS = ("content_policy_violation", "content_filter", "content management policy")


def foreign_name(kind: type[BaseException]) -> str:
    return f"{kind.__module__.partition('.')[0]}.{kind.__name__}"


def error_class(kind: type[BaseException]) -> type[ModelError] | None:
    """Which of our errors stands for `kind`, by its own name or that of a base; None for a stranger."""
    return next((FOREIGN_ERRORS[name] for name in map(foreign_name, kind.__mro__) if name in FOREIGN_ERRORS), None)


def translated(error: BaseException, *, model: str, secret: str | None = None) -> ModelError:
    """Our error for `error`, with a detail that holds no key. Wrappers of instructor are looked through."""
    if isinstance(error, ModelError):
        return error
    cause = error.__cause__
    if foreign_name(type(error)) == "instructor.InstructorRetryException" and cause is not None:
        return translated(cause, model=model, secret=secret)
    ours = _refined(error, error_class(type(error)) or ModelUnavailable)
    message = f"{model}: {safe_detail(_detail(error), secret)}"
    if ours is ModelRateLimited:
        return ModelRateLimited(message, model=model, retry_after=retry_after(error))
    found = ours(message, model=model)
    found.unseen = found.unseen or (ours is ModelUnavailable and _was_cut(error))
    return found


def _was_cut(error: BaseException | None) -> bool:
    """The connection ended after the request had begun to go out. litellm raises its errors within the handling of the
    HTTP library's."""
    while error is not None:
        if foreign_name(type(error)) in _CUT:
            return True
        error = error.__cause__ or error.__context__
    return False


def _refined(error: BaseException, ours: type[ModelError]) -> type[ModelError]:
    """litellm knows some statuses and refusals only as a general error."""
    status = getattr(error, "status_code", None)
    if isinstance(status, int) and 400 <= status < 500 and ours is ModelUnavailable:
        return _BY_STATUS.get(status, ModelBadRequest)
    if ours is ModelBadRequest and _UNKNOWN_PROVIDER in str(error):
        return ModelNotConfigured
    if ours is ModelBadRequest and any(mark in f"{error} {getattr(error, 'body', '')}" for mark in _REFUSALS):
        return ModelRefused
    return ours


def _detail(error: BaseException) -> str:
    if foreign_name(type(error)) == "pydantic_core.ValidationError":
        # Pydantic's own text quotes the answer over several lines: the fields say what was wrong.
        problems: list[dict[str, Any]] = error.errors(include_url=False, include_input=False)  # type: ignore[attr-defined]
        faults = "; ".join(f"{'.'.join(map(str, p['loc'])) or 'answer'}: {p['msg']}" for p in problems[:3])
        return f"the answer does not fit: {faults}"
    said = _LIBRARY_PREFIX.sub("", str(error))
    return _message_in(said) or said or type(error).__name__


def _message_in(body: str) -> str | None:
    """What a provider's error says when `body` is its JSON, {"error": {"message": …}} or less; None when it is not."""
    try:
        told = json.loads(body)
    except ValueError:
        return None
    while isinstance(told, dict):
        told = told.get("error") or told.get("message") or told.get("detail")
    return told if isinstance(told, str) else None


def retry_after(error: BaseException) -> float | None:
    """Seconds that the provider asks to wait, from its Retry-After header (seconds or a date); None when it did not."""
    for headers in (
        getattr(error, "litellm_response_headers", None),
        getattr(getattr(error, "response", None), "headers", None),
    ):
        value = headers.get("retry-after") if headers is not None else None
        if value:
            return _seconds(str(value))
    return None


def _seconds(value: str) -> float | None:
    with suppress(ValueError):
        return max(0.0, float(value))
    with suppress(ValueError):
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    return None


def timed_out(model: str, seconds: float) -> ModelTimeout:
    return ModelTimeout(f"{model}: no answer within {seconds:g} s", model=model)
