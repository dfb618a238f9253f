"""A bot that answers when the test says so, and counts who is at it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from bot_core.messages import BotReply, InboundMessage
from bot_core.orchestrator import TurnResult
from bot_core.releases.files import FileReleaseSource
from bot_core.sessions.state import ConversationState
from bot_core.trace import TurnTrace


class SlowBot:
    """As a bot and as the source of bots. `on_turn` is called when a turn begins; it may send messages, or wait."""

    def __init__(self, on_turn: Callable[[Sequence[InboundMessage]], Any] | None = None) -> None:
        self.on_turn = on_turn
        self.turns: list[list[str]] = []
        self.at_once = 0
        self.peak = 0
        self.faults: list[Exception] = []
        self.release = FileReleaseSource().current()
        self.release_id = self.release.release_id

    def release_for(self, conversation_id: str) -> str:
        return self.release_id

    def of(self, release_id: str) -> Any:
        return self

    async def handle(
        self, messages: Sequence[InboundMessage], state: ConversationState, *, tracking_id: str
    ) -> TurnResult:
        texts = [message.text for message in messages]
        self.turns.append(texts)
        self.at_once += 1
        self.peak = max(self.peak, self.at_once)
        try:
            if self.on_turn:
                waited = self.on_turn(messages)
                if asyncio.iscoroutine(waited):
                    await waited
            if self.faults:
                raise self.faults.pop(0)
        finally:
            self.at_once -= 1
        after = state.model_copy(update={"turns": state.turns + 1})
        trace = TurnTrace(tracking_id=tracking_id, release_id=self.release_id)
        return TurnResult(BotReply(text="eco: " + " | ".join(texts)), after, trace)
