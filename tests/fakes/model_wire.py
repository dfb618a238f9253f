"""What a model server can do with one request, in OpenAI's chat-completions and Ollama's /api/chat wire formats."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

OPENAI_CHAT = "/v1/chat/completions"
OLLAMA_CHAT = "/api/chat"


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One HTTP request as it arrived. Header names are lower case; `body` is the decoded JSON, {} for a GET."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return list(self.body.get("messages", []))

    @property
    def text(self) -> str:
        """All that the model was told, for substring assertions."""
        return "\n".join(str(message["content"]) for message in self.messages)

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema that the answer must fit, {} when none was sent."""
        if self.path == OLLAMA_CHAT:
            found = self.body.get("format")
        else:
            found = self.body.get("response_format", {}).get("json_schema", {}).get("schema")
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer. `content` may be a model or dict (sent as JSON text) or any text, also broken JSON."""

    content: BaseModel | dict[str, Any] | str
    delay: float = 0.0
    input_tokens: int = 100
    output_tokens: int = 20
    finish_reason: str = "stop"

    @property
    def text(self) -> str:
        if isinstance(self.content, BaseModel):
            return self.content.model_dump_json(exclude_none=True)
        return self.content if isinstance(self.content, str) else json.dumps(self.content, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The model declines: OpenAI's `refusal` field with no content (Ollama has no such field: plain text)."""

    text: str = "I'm sorry, I can't help with that."


@dataclass(frozen=True, slots=True)
class Failure:
    """An HTTP error with the provider's error body."""

    status: int
    message: str = "the fake server failed on purpose"
    headers: dict[str, str] = field(default_factory=dict)
    code: str | None = None


@dataclass(frozen=True, slots=True)
class RawBody:
    """A 200 whose body is not what the protocol says."""

    body: str


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection is closed: before any byte, or in the middle of the body."""

    mid_body: bool = False


@dataclass(frozen=True, slots=True)
class Hang:
    """Never answers; the connection stays open until the client or the server leaves."""


Behaviour = Answer | Refusal | Failure | RawBody | Cut | Hang
Responder = Callable[[RecordedRequest], Behaviour]


def unauthorized(key: str = "sk-wrong") -> Failure:
    return Failure(401, f"Incorrect API key provided: {key}.", code="invalid_api_key")


def rate_limited(retry_after: float | None = None) -> Failure:
    headers = {} if retry_after is None else {"retry-after": f"{retry_after:g}"}
    return Failure(429, "Rate limit reached for requests", headers=headers, code="rate_limit_exceeded")


def empty() -> Answer:
    return Answer("")


def greeting_bot(request: RecordedRequest) -> Behaviour:
    """Answers both calls of a turn so that they fit: a greeting is understood and a greeting is worded."""
    properties = request.schema.get("properties", {})
    if "intents" in properties:
        return Answer({"intents": [{"intent": "greeting", "confidence": 0.9}], "language": "es"})
    return Answer({"text": "¡Hola! Soy el asistente de Kavak. ¿Qué auto buscas?"})


def encoded(
    request: RecordedRequest, behaviour: Answer | Refusal | Failure | RawBody
) -> tuple[int, dict[str, str], bytes]:
    """Status, further headers and body of the HTTP response."""
    if isinstance(behaviour, RawBody):
        return 200, {}, behaviour.body.encode()
    if isinstance(behaviour, Failure):
        return behaviour.status, behaviour.headers, _json(_error(request, behaviour))
    if request.path == OLLAMA_CHAT:
        return 200, {}, _json(_ollama_chat(request, behaviour))
    return 200, {}, _json(_openai_chat(request, behaviour))


def listing(path: str) -> dict[str, Any] | None:
    """What a server tells about itself without being asked a question; None for an unknown path."""
    known: dict[str, dict[str, Any]] = {
        "/v1/models": {"object": "list", "data": [{"id": "fake-model", "object": "model", "owned_by": "tests"}]},
        "/api/tags": {"models": [{"name": "qwen2.5:3b", "model": "qwen2.5:3b", "size": 1_900_000_000}]},
        "/api/version": {"version": "0.14.0"},
        "/api/show": {"model_info": {}, "capabilities": ["completion"], "template": ""},
        "/health": {"status": "ok"},
    }
    return known.get(path)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _error(request: RecordedRequest, failure: Failure) -> dict[str, Any]:
    if request.path == OLLAMA_CHAT:
        return {"error": failure.message}
    return {"error": {"message": failure.message, "type": "fake_error", "param": None, "code": failure.code}}


def _openai_chat(request: RecordedRequest, behaviour: Answer | Refusal) -> dict[str, Any]:
    if isinstance(behaviour, Refusal):
        message = {"role": "assistant", "content": None, "refusal": behaviour.text}
        tokens, finish = (100, 10), "stop"
    else:
        message = {"role": "assistant", "content": behaviour.text, "refusal": None}
        tokens, finish = (behaviour.input_tokens, behaviour.output_tokens), behaviour.finish_reason
    return {
        "id": "chatcmpl-fake",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": request.body.get("model", "fake-model"),
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)},
    }


def _ollama_chat(request: RecordedRequest, behaviour: Answer | Refusal) -> dict[str, Any]:
    answer = Answer(behaviour.text) if isinstance(behaviour, Refusal) else behaviour
    return {
        "model": request.body.get("model", "qwen2.5:3b"),
        "created_at": "2026-11-24T12:00:00.000000Z",
        "message": {"role": "assistant", "content": answer.text},
        "done_reason": answer.finish_reason,
        "done": True,
        "total_duration": 1_000_000,
        "load_duration": 1_000,
        "prompt_eval_count": answer.input_tokens,
        "prompt_eval_duration": 400_000,
        "eval_count": answer.output_tokens,
        "eval_duration": 500_000,
    }
