"""What a model costs: by its settings, or by litellm's own list.

The list is read from its file, so that nobody waits for litellm itself (2 s, 150 MB). Settings name a price for a model
that is not in it: a fine-tuned one, say.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot_core.llm.gateway import ModelSettings
from bot_core.trace import Usage

_FILE = "model_prices_and_context_window_backup.json"
_MILLION = 1_000_000
INPUT_PRICE, OUTPUT_PRICE = "input_cost_per_token", "output_cost_per_token"
"""Parameters of ModelSettings, in USD, under the names that litellm's list has for them. No model is sent them."""
_REASONING_PRICE, _REQUEST_PRICE = "output_cost_per_reasoning_token", "input_cost_per_request"


@dataclass(frozen=True, slots=True)
class Price:
    """USD for a million tokens, and what each request costs beside them."""

    input_usd: Decimal
    output_usd: Decimal
    reasoning_usd: Decimal | None = None
    """For tokens that the model thinks with, where they have a price of their own; providers count them as output."""
    request_usd: Decimal = Decimal(0)

    def of(self, usage: Usage, *, requests: int = 1) -> Decimal:
        """USD of these tokens, none of which the model thought with."""
        return self._sum(usage, self.output_usd, requests)

    def most(self, usage: Usage, *, requests: int = 1) -> Decimal:
        """The most that these tokens can cost: the dearer price for all that the model writes."""
        return self._sum(usage, max(self.output_usd, self.reasoning_usd or self.output_usd), requests)

    def _sum(self, usage: Usage, output_usd: Decimal, requests: int) -> Decimal:
        tokens = self.input_usd * usage.input_tokens + output_usd * usage.output_tokens
        return tokens / _MILLION + self.request_usd * requests


def own_price(settings: ModelSettings) -> Price | None:
    """The price that the settings themselves name; None when they do not."""
    return _price(settings.params.get(INPUT_PRICE), settings.params.get(OUTPUT_PRICE))


def with_own_price(settings: ModelSettings, price: Price | None) -> ModelSettings:
    """`settings` with this price, or with that of the list again."""
    params = {name: value for name, value in settings.params.items() if name not in (INPUT_PRICE, OUTPUT_PRICE)}
    if price:
        params |= {INPUT_PRICE: float(price.input_usd / _MILLION), OUTPUT_PRICE: float(price.output_usd / _MILLION)}
    return settings.model_copy(update={"params": params})


def price_of(model: str) -> Price | None:
    """The price of a litellm name ("openai/gpt-4o-mini"); None for one that is not in the list: a local one, say."""
    entry = _entry(_list(), model)
    if entry is None:
        return None
    price = _price(entry.get(INPUT_PRICE), entry.get(OUTPUT_PRICE))
    return price and replace(
        price,
        reasoning_usd=_usd(entry.get(_REASONING_PRICE), _MILLION),
        request_usd=_usd(entry.get(_REQUEST_PRICE)) or Decimal(0),
    )


def request_usd(known: Mapping[str, Mapping[str, Any]], model: str) -> float:
    """What each request to the model costs beside its tokens; `known` is the list as litellm holds it in memory."""
    entry = _entry(known, model)
    return float(_usd(entry.get(_REQUEST_PRICE)) or 0.0) if entry else 0.0


def _entry(known: Mapping[str, Mapping[str, Any]], model: str) -> Mapping[str, Any] | None:
    """Under the whole name, or under the model's own where the provider is the same."""
    entry = known.get(model) or known.get(model.partition("/")[2])
    if entry is None or (model not in known and not model.startswith(f"{entry.get('litellm_provider')}/")):
        return None
    return entry


def _price(input_price: object, output_price: object) -> Price | None:
    """None unless both are known."""
    input_usd, output_usd = _usd(input_price, _MILLION), _usd(output_price, _MILLION)
    return None if input_usd is None or output_usd is None else Price(input_usd, output_usd)


def _usd(written: object, times: int = 1) -> Decimal | None:
    """None for what is no price."""
    if isinstance(written, bool) or not isinstance(written, int | float) or written < 0:
        return None
    # By way of text: 1.5e-07 as a float is not 0.00000015.
    return Decimal(str(written)) * times


@lru_cache(maxsize=1)
def _list() -> dict[str, dict[str, Any]]:
    """Empty when litellm is not installed or keeps its list elsewhere."""
    found = importlib.util.find_spec("litellm")
    for folder in (found.submodule_search_locations or ()) if found else ():
        path = Path(folder) / _FILE
        if path.is_file():
            loaded: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
            return loaded
    return {}
