"""Lists as one JSON text."""

from __future__ import annotations

from functools import lru_cache

from pydantic import TypeAdapter

from bot_core.messages import InboundMessage


def messages_to_json(messages: tuple[InboundMessage, ...]) -> str:
    return _messages().dump_json(messages).decode()


def messages_from_json(text: str) -> tuple[InboundMessage, ...]:
    return _messages().validate_json(text)


@lru_cache(maxsize=1)
def _messages() -> TypeAdapter[tuple[InboundMessage, ...]]:
    return TypeAdapter(tuple[InboundMessage, ...])
