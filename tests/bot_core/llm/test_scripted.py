from __future__ import annotations

from dataclasses import replace

import pytest

from bot_core.errors import ModelTimeout
from bot_core.facts.facts import AgentReply
from bot_core.intents import Intent, IntentDetail, UserIntentionResponse
from bot_core.llm.scripted import Line, ScriptedGateway
from tests.bot_core.llm.conftest import AskAbout

GREETING = UserIntentionResponse(intents=[IntentDetail(intent=Intent.GREETING)])


async def test_lines_are_taken_in_order_by_what_is_asked_for(ask: AskAbout) -> None:
    gateway = ScriptedGateway([AgentReply(text="uno"), GREETING, AgentReply(text="dos")])
    assert (await gateway.complete(ask(response_model=UserIntentionResponse))).answer == GREETING
    assert (await gateway.complete(ask())).answer.text == "uno"
    second = await gateway.complete(ask(model="openai/x"))
    assert (second.answer.text, second.raw, second.model) == ("dos", '{"text":"dos"}', "openai/x")
    assert second.usage.input_tokens > 0
    gateway.assert_consumed()
    assert len(gateway.requests) == 3


async def test_a_line_may_wait_for_its_agent_and_purpose(ask: AskAbout) -> None:
    gateway = ScriptedGateway(
        [
            Line(AgentReply(text="f"), agent="financing"),
            Line(AgentReply(text="r"), purpose="repair"),
            AgentReply(text="g"),
        ]
    )
    assert (await gateway.complete(ask())).answer.text == "g"
    assert (await gateway.complete(replace(ask(), purpose="repair"))).answer.text == "r"
    assert (await gateway.complete(replace(ask(), agent="financing"))).answer.text == "f"


async def test_errors_and_functions_are_lines_too(ask: AskAbout) -> None:
    gateway = ScriptedGateway([ModelTimeout("slow", model="m")])
    gateway.add(lambda request: AgentReply(text=request.messages[-1].content.upper()))
    with pytest.raises(ModelTimeout):
        await gateway.complete(ask())
    assert (await gateway.complete(ask(text="hola"))).answer.text == "HOLA"


async def test_a_script_that_ends_early_or_late_is_an_error(ask: AskAbout) -> None:
    gateway = ScriptedGateway([GREETING])
    with pytest.raises(AssertionError, match=r"no line for greeting/reply \(AgentReply\)"):
        await gateway.complete(ask())
    with pytest.raises(AssertionError, match="1 scripted lines were not asked for"):
        gateway.assert_consumed()
