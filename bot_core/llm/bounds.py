"""The most that one call can use and cost, known before it is made."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from typing import Any

from pydantic import BaseModel

from bot_core.llm.gateway import LLMRequest
from bot_core.llm.price_list import Price
from bot_core.llm.response_schema import compact_schema
from bot_core.trace import Usage

_PER_MESSAGE = 16
"""Tokens that a provider adds around each message."""
_REASK = 1_024
"""Tokens of the words with which instructor asks again, beside the refused answer."""


def most_tokens(request: LLMRequest[Any]) -> Usage:
    """Upper bounds of the tokens of one call, its reasks included.

    No tokenizer makes more tokens of a text than it has bytes.
    """
    settings = request.settings
    response_model: type[BaseModel] = request.response_model
    said = sum(len(message.content.encode()) + _PER_MESSAGE for message in request.messages)
    tries = 1 + settings.reasks
    repeated = (settings.max_tokens + _REASK) * sum(range(tries))
    return Usage(
        input_tokens=(said + _schema_bytes(response_model)) * tries + repeated,
        output_tokens=settings.max_tokens * tries,
    )


def most_usd(request: LLMRequest[Any], price: Price | None) -> Decimal:
    """0 for a model without a price."""
    return price.most(most_tokens(request), requests=1 + request.settings.reasks) if price else Decimal(0)


@cache
def _schema_bytes(response_model: type[BaseModel]) -> int:
    """The schema goes along twice: as the format, and in the system message."""
    return 2 * len(json.dumps(compact_schema(response_model)).encode()) + 256
