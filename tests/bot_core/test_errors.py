"""Errors come out of another process as they went in: pytest's workers and the process for model calls pickle them."""

from __future__ import annotations

import inspect
import pickle
from decimal import Decimal
from typing import Any

import pytest

from bot_core import errors
from bot_core.errors import KavakBotError, ModelRateLimited, ModelTimeout

_GIVEN: dict[str, Any] = {
    "message": "m",
    "model": "openai/m",
    "hint": "h",
    "retry_after": 2.5,
    "path": "cars.csv",
    "problems": (),
    "diff": "- a\n+ b",
}


def every_error() -> list[type[KavakBotError]]:
    return [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, KavakBotError)]


def made(kind: type[KavakBotError]) -> KavakBotError:
    """With something for each of its parameters."""
    parameters = inspect.signature(kind).parameters.values()
    given = {one.name: _GIVEN.get(one.name, ("x",)) for one in parameters}
    return kind(
        *(given[one.name] for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD),
        **{one.name: given[one.name] for one in parameters if one.kind is one.KEYWORD_ONLY},
    )


@pytest.mark.parametrize("kind", every_error())
def test_each_is_pickled_with_all_that_it_carries(kind: type[KavakBotError]):
    error = made(kind)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert vars(again) == vars(error)
    assert str(again) == str(error)


def test_also_what_was_written_into_it_later():
    limited = ModelRateLimited("slow down", model="openai/m", retry_after=2.5)
    limited.input_tokens, limited.cost_usd, limited.unseen = 7, Decimal("0.10"), True
    again = pickle.loads(pickle.dumps(limited))
    assert (again.retry_after, again.input_tokens, again.cost_usd, again.unseen) == (2.5, 7, Decimal("0.10"), True)
    assert pickle.loads(pickle.dumps(ModelTimeout("late", model="m"))).unseen
