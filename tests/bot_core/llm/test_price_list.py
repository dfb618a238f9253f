from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from bot_core.llm.gateway import ModelSettings
from bot_core.llm.price_list import INPUT_PRICE, OUTPUT_PRICE, Price, own_price, price_of, with_own_price
from bot_core.trace import Usage


@pytest.mark.parametrize("model", ["openai/gpt-4o-mini", "gpt-4o-mini"])
def test_a_providers_model_has_its_price_for_a_million_tokens(model: str):
    assert price_of(model) == Price(Decimal("0.15"), Decimal("0.6"))


@pytest.mark.parametrize(
    "model", ["offline", "openai/qwen2.5-coder-1.5b", "ollama_chat/qwen2.5:3b", "otro/gpt-4o-mini", "", "openai/"]
)
def test_a_model_that_is_not_in_the_list_has_none(model: str):
    assert price_of(model) is None


def test_settings_may_name_a_price_of_their_own_and_let_go_of_it():
    plain = ModelSettings(model="openai/ft:mine", params={"user": "kavak"})
    own = with_own_price(plain, Price(Decimal("0.3"), Decimal("1.2")))
    assert own_price(own) == Price(Decimal("0.3"), Decimal("1.2"))
    assert own.params["user"] == "kavak"
    assert with_own_price(own, None) == plain


@pytest.mark.parametrize(
    "written",
    [
        {},
        {INPUT_PRICE: 1e-6},
        {INPUT_PRICE: "1", OUTPUT_PRICE: 1},
        {INPUT_PRICE: -1, OUTPUT_PRICE: 1},
        {INPUT_PRICE: True, OUTPUT_PRICE: 1},
    ],
)
def test_half_a_price_is_none(written: dict[str, Any]):
    assert own_price(ModelSettings(model="openai/ft:mine", params=written)) is None


def test_tokens_are_exact_money():
    assert Price(Decimal("0.15"), Decimal("0.6")).of(Usage(input_tokens=2_000, output_tokens=500)) == Decimal("0.0006")


def test_each_request_may_cost_something_too():
    price = price_of("perplexity/pplx-70b-online")
    assert price == Price(Decimal(0), Decimal("2.8"), request_usd=Decimal("0.005"))
    assert price.of(Usage(output_tokens=1_000_000), requests=2) == Decimal("2.81")


def test_what_a_model_thinks_may_have_a_price_of_its_own():
    dearer, cheaper = price_of("dashscope/qwen-turbo"), price_of("perplexity/sonar-deep-research")
    assert dearer and (dearer.output_usd, dearer.reasoning_usd) == (Decimal("0.2"), Decimal("0.5"))
    written = Usage(output_tokens=1_000_000)
    assert (dearer.of(written), dearer.most(written)) == (Decimal("0.2"), Decimal("0.5"))
    assert cheaper and cheaper.most(written) == cheaper.of(written) == Decimal(8)


def test_no_listed_price_is_below_what_litellm_bills_for_a_model_that_thinks():
    """Every model of the list whose thinking has a price of its own, against litellm's own cost function."""
    from bot_core.llm.lean_litellm import import_litellm

    import_litellm()
    import litellm
    from litellm.types.utils import CompletionTokensDetailsWrapper
    from litellm.types.utils import Usage as Billed

    names = [
        name
        for name, entry in litellm.model_cost.items()
        if "/" in name and entry.get("output_cost_per_reasoning_token") and entry.get("mode") == "chat"
    ]
    assert len(names) > 30
    for name in names:
        details = CompletionTokensDetailsWrapper(reasoning_tokens=900)
        billed = Billed(prompt_tokens=2_000, completion_tokens=1_000, completion_tokens_details=details)
        paid = sum(litellm.cost_per_token(model=name, usage_object=billed))
        price = price_of(name)
        assert price
        assert price.most(Usage(input_tokens=2_000, output_tokens=1_000)) >= Decimal(str(round(paid, 10))), name


def test_the_list_is_read_without_litellm():
    code = (
        "import sys; from bot_core.llm.price_list import price_of; "
        "price_of('gpt-4o-mini'); print('litellm' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
