"""What a model costs: litellm's own list, read from its file so that nobody waits for litellm itself (2 s, 150 MB)."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot_core.trace import Usage

_FILE = "model_prices_and_context_window_backup.json"
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """USD for a million tokens."""

    input_usd: Decimal
    output_usd: Decimal

    def of(self, usage: Usage) -> Decimal:
        """USD of these tokens."""
        return (self.input_usd * usage.input_tokens + self.output_usd * usage.output_tokens) / _MILLION


def price_of(model: str) -> Price | None:
    """The price of a litellm name ("openai/gpt-4o-mini"); None for one that is not in the list: a local one, say."""
    known = _list()
    name = model.partition("/")[2]
    entry = known.get(model) or known.get(name)
    if entry is None or (model not in known and not model.startswith(f"{entry.get('litellm_provider')}/")):
        return None
    written = entry.get("input_cost_per_token"), entry.get("output_cost_per_token")
    if any(not isinstance(value, int | float) for value in written):
        return None
    # By way of text: 1.5e-07 as a float is not 0.00000015.
    return Price(*(Decimal(str(value)) * _MILLION for value in written))


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
