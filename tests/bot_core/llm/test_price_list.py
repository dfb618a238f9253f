from __future__ import annotations

import subprocess
import sys
from decimal import Decimal

import pytest

from bot_core.llm.price_list import Price, price_of
from bot_core.trace import Usage


@pytest.mark.parametrize("model", ["openai/gpt-4o-mini", "gpt-4o-mini"])
def test_a_providers_model_has_its_price_for_a_million_tokens(model: str):
    assert price_of(model) == Price(Decimal("0.15"), Decimal("0.6"))


@pytest.mark.parametrize(
    "model", ["offline", "openai/qwen2.5-coder-1.5b", "ollama_chat/qwen2.5:3b", "otro/gpt-4o-mini", "", "openai/"]
)
def test_a_model_that_is_not_in_the_list_has_none(model: str):
    assert price_of(model) is None


def test_tokens_are_exact_money():
    assert Price(Decimal("0.15"), Decimal("0.6")).of(Usage(input_tokens=2_000, output_tokens=500)) == Decimal("0.0006")


def test_the_list_is_read_without_litellm():
    code = (
        "import sys; from bot_core.llm.price_list import price_of; "
        "price_of('gpt-4o-mini'); print('litellm' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
