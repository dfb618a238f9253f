"""A finished turn as text, to be committed by whoever comes first: this worker, or the next one after its death."""

from __future__ import annotations

import json

from bot_core.messages import BotReply
from bot_core.orchestrator import TurnResult
from bot_core.sessions.state import ConversationState
from bot_core.trace import TurnTrace


def result_to_json(result: TurnResult, *, version: int) -> str:
    """`version` is the conversation's that the turn started from."""
    return json.dumps(
        {
            "version": version,
            "reply": result.reply.model_dump_json(),
            "state": result.state.model_dump_json(),
            "trace": result.trace.model_dump_json(),
        }
    )


def result_from_json(text: str) -> tuple[TurnResult, int]:
    kept = json.loads(text)
    result = TurnResult(
        reply=BotReply.model_validate_json(kept["reply"]),
        state=ConversationState.model_validate_json(kept["state"]),
        trace=TurnTrace.model_validate_json(kept["trace"]),
    )
    return result, int(kept["version"])
