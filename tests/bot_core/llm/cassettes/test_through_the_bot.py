"""A whole conversation recorded and replayed: the agents must not take a stale cassette for a model's failure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot_core.errors import StaleCassette
from bot_core.llm.cassettes import CassettePlayer, CassetteRecorder, ReplayGateway, recording_gateway
from bot_core.llm.gateway import LLMGateway, ModelSettings
from bot_core.messages import InboundMessage
from bot_core.orchestrator import OrchestrationService
from bot_core.releases.files import FileReleaseSource, with_model
from bot_core.sessions.state import ConversationState
from bot_core.wiring import BotFactory

TURNS = ("hola", "¿me ayudas a buscar auto?")


@pytest.fixture
def bot_of(model_server) -> Callable[[LLMGateway], OrchestrationService]:
    settings = ModelSettings(model="openai/fake-model", api_base=model_server.openai_base)

    def build(gateway: LLMGateway) -> OrchestrationService:
        return BotFactory(gateway=gateway).build(with_model(FileReleaseSource().get("local"), settings))

    return build


async def converse(bot: OrchestrationService, *texts: str) -> list[Any]:
    state, results = ConversationState(conversation_id="c-1"), []
    for text in texts:
        result = await bot.handle([InboundMessage(text=text)], state)
        state = result.state
        results.append(result)
    return results


async def test_a_conversation_replays_turn_by_turn(tmp_path, key, bot_of, model_server, offline_world):
    baseline = BotFactory().baseline
    with CassetteRecorder(tmp_path, key):
        recorded = await converse(bot_of(recording_gateway(offline=baseline)), *TURNS)
    asked = len(model_server.chats)
    with offline_world(), CassettePlayer(tmp_path, key) as player:
        replayed = await converse(bot_of(ReplayGateway(offline=baseline)), *TURNS)
    assert not player.unplayed
    assert [result.reply for result in replayed] == [result.reply for result in recorded]
    assert [interaction.turn for interaction in player.cassette.interactions] == [1, 1, 2, 2]
    assert not any(result.trace.used_fallback for result in replayed)
    assert len(model_server.chats) == asked == 4


@pytest.mark.parametrize("changed_turn", [1, 2])
async def test_a_changed_message_is_stale_and_not_answered_by_the_fixed_wording(
    tmp_path, key, bot_of, model_server, changed_turn
):
    baseline = BotFactory().baseline
    with CassetteRecorder(tmp_path, key):
        await converse(bot_of(recording_gateway(offline=baseline)), *TURNS)
    other = [f"{text}, oye" if number == changed_turn else text for number, text in enumerate(TURNS, 1)]
    with CassettePlayer(tmp_path, key), pytest.raises(StaleCassette, match=f"turn {changed_turn}, intention"):
        await converse(bot_of(ReplayGateway(offline=baseline)), *other)
