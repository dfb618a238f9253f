"""What a call has used: tokens and USD, from the completion that the provider returned."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bot_core.errors import ModelError
from bot_core.llm.price_list import Price
from bot_core.trace import Usage

RESPONSE_COST = "response_cost"
"""Under this name litellm keeps with a completion what its tokens have cost."""
REQUESTS_USD = "kavak_requests_usd"
"""Under this name we keep beside it what its requests have cost: litellm's list has such a price, its sum does not."""


@dataclass(frozen=True, slots=True)
class Spent:
    usage: Usage = field(default_factory=Usage)
    cost_usd: Decimal = Decimal(0)

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.usage + other.usage, self.cost_usd + other.cost_usd)


def spent_on(completion: Any, price: Price | None = None) -> Spent:
    """Tokens and price of a litellm completion. instructor makes its usage cumulative over reasks.

    `price` is the settings' own, before that of litellm's list. A model without either (a local one) costs 0.
    """
    used = getattr(completion, "usage", None)
    if used is None:
        return Spent()
    usage = Usage(input_tokens=used.prompt_tokens or 0, output_tokens=used.completion_tokens or 0)
    return Spent(usage, price.of(usage) if price else _price(completion))


def spent_by(error: ModelError) -> Spent:
    return Spent(Usage(input_tokens=error.input_tokens, output_tokens=error.output_tokens), error.cost_usd)


def charge(error: ModelError, spent: Spent) -> None:
    """Write what the failed call has used into `error`, on top of what it already says."""
    total = spent_by(error) + spent
    error.input_tokens = total.usage.input_tokens
    error.output_tokens = total.usage.output_tokens
    error.cost_usd = total.cost_usd


def _price(completion: Any) -> Decimal:
    kept = getattr(completion, "_hidden_params", None) or {}
    cost = kept.get(RESPONSE_COST)
    if cost is None:
        cost = _computed(completion)
    return Decimal(f"{cost + kept.get(REQUESTS_USD, 0.0):.10f}".rstrip("0").rstrip("."))


def _computed(completion: Any) -> float:
    from litellm import completion_cost

    try:
        return float(completion_cost(completion_response=completion))
    except Exception:  # noqa: BLE001  # litellm raises bare Exception for a model that its price list does not know
        return 0.0
