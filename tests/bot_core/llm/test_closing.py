from __future__ import annotations

import asyncio
import gc

import aiohttp

from bot_core.intents import UserIntentionResponse
from bot_core.llm.closing import close_connections
from bot_core.llm.gateway import ChatMessage, LLMRequest, ModelSettings
from bot_core.llm.litellm_gateway import LiteLLMGateway
from tests.fakes.model_server import ModelServer


def open_sessions() -> set[int]:
    return {id(one) for one in gc.get_objects() if isinstance(one, aiohttp.ClientSession) and not one.closed}


async def asked(api_base: str) -> set[int]:
    """One question, and the sessions that it has opened."""
    before = open_sessions()
    request = LLMRequest(
        agent="bare",
        purpose="reply",
        messages=(ChatMessage("user", "hola"),),
        response_model=UserIntentionResponse,
        facts=None,
        settings=ModelSettings(model="openai/fake-model", api_base=api_base),
        prompt_id="bare/v001",
        prompt_hash="0",
        tracking_id="t1",
    )
    await LiteLLMGateway().complete(request)
    return open_sessions() - before


def test_nothing_stays_open_and_the_next_event_loop_asks_again():
    async def asked_and_closed(api_base: str) -> None:
        opened = await asked(api_base)
        assert opened
        await close_connections()
        assert not open_sessions() & opened

    with ModelServer() as server:
        for _ in range(2):
            asyncio.run(asked_and_closed(server.openai_base))
        assert len(server.chats) == 2
