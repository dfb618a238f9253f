from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot_core.intents import UserIntentionResponse
from bot_core.llm.bounds import most_tokens, most_usd
from bot_core.llm.gateway import ChatMessage, LLMRequest, ModelSettings
from bot_core.llm.price_list import Price

PRICE = Price(Decimal(1), Decimal(4))


def request(*texts: str, **settings: object) -> LLMRequest[UserIntentionResponse]:
    return LLMRequest(
        agent="intention",
        purpose="intention",
        messages=tuple(ChatMessage("user", text) for text in texts),
        response_model=UserIntentionResponse,
        facts=None,
        settings=ModelSettings.model_validate({"model": "m"} | settings),
        prompt_id="intention/v001",
        prompt_hash="0",
        tracking_id="t",
    )


@given(st.lists(st.text(), max_size=5), st.integers(1, 2_000), st.integers(0, 3))
def test_every_byte_is_a_token_at_most(texts: list[str], max_tokens: int, reasks: int):
    bound = most_tokens(request(*texts, max_tokens=max_tokens, reasks=reasks))
    assert bound.input_tokens >= sum(len(text.encode()) for text in texts) * (1 + reasks)
    assert bound.output_tokens == max_tokens * (1 + reasks)


def test_a_reask_sends_the_refused_answer_along():
    once, again = (most_tokens(request("hola", reasks=reasks)).input_tokens for reasks in (0, 1))
    assert again > 2 * once + 700


def test_the_price_of_the_bound():
    bound = most_tokens(request("hola"))
    assert most_usd(request("hola"), PRICE) == (bound.input_tokens + 4 * Decimal(bound.output_tokens)) / 1_000_000
    assert most_usd(request("hola"), None) == 0


def test_the_bound_is_of_every_try_and_of_what_a_model_thinks():
    asked = request("hola", reasks=2)
    bound = most_tokens(asked)
    dear = Price(Decimal(1), Decimal(4), reasoning_usd=Decimal(10), request_usd=Decimal("0.005"))
    tokens = (bound.input_tokens + 10 * Decimal(bound.output_tokens)) / 1_000_000
    assert most_usd(asked, dear) == tokens + 3 * Decimal("0.005")
