from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot_core.errors import ModelInvalidAnswer
from bot_core.llm.calls import failed_call, recorded_call
from bot_core.llm.gateway import LLMResponse
from bot_core.llm.spending import Spent, charge, spent_by, spent_on
from bot_core.trace import Attempt, Usage
from tests.bot_core.llm.conftest import AskAbout

COSTS = st.decimals(0, 10, places=6)
TOKENS = st.integers(0, 10**6)
SPENT = st.builds(Spent, st.builds(Usage, input_tokens=TOKENS, output_tokens=TOKENS), COSTS)


@given(parts=st.lists(SPENT, max_size=6))
def test_an_error_sums_what_is_charged_to_it_exactly(parts: list[Spent]) -> None:
    error = ModelInvalidAnswer("no", model="m")
    for part in parts:
        charge(error, part)
    assert spent_by(error) == sum(parts, Spent())


def test_nothing_returned_nothing_spent() -> None:
    assert spent_on(None) == Spent()


def test_a_failed_call_in_the_trace_says_what_it_used(ask: AskAbout) -> None:
    error = ModelInvalidAnswer("no", model="m")
    charge(error, Spent(Usage(input_tokens=5, output_tokens=2), Decimal("0.5")))
    call = failed_call(ask(model="m"), error, 1.5)
    assert (call.usage, call.cost_usd, call.seconds) == (Usage(input_tokens=5, output_tokens=2), Decimal("0.5"), 1.5)
    assert [(a.error, a.detail) for a in call.attempts] == [("ModelInvalidAnswer", "no")]
    assert call.fallback


def test_a_missed_deadline_is_an_error_of_our_tree(ask: AskAbout) -> None:
    call = failed_call(ask(model="m"), TimeoutError(), 60)
    assert call.usage == Usage()
    assert [(a.error, a.detail) for a in call.attempts] == [("ModelTimeout", "the turn's deadline passed")]


def test_an_answered_call_in_the_trace_is_the_response(ask: AskAbout) -> None:
    request = ask(model="m")
    response = LLMResponse(
        answer=request.response_model(text="hola"),
        model="other",
        raw='{"text":"hola"}',
        usage=Usage(input_tokens=5),
        cost_usd=Decimal("0.1"),
        seconds=0.2,
        attempts=(Attempt(model="m", error="ModelTimeout"), Attempt(model="other")),
        fallback=True,
    )
    call = recorded_call(request, response)
    assert (call.model, call.answer, call.cost_usd, call.fallback) == ("other", '{"text":"hola"}', Decimal("0.1"), True)
    assert call.messages[1] == {"role": "user", "content": "hola"}
    assert (call.agent, call.purpose, call.prompt_id) == ("greeting", "reply", "greeting/v001")
    assert len(call.attempts) == 2
