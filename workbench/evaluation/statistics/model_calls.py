"""Which calls went to a model, and which of them the embedded baseline answered in the model's name."""

from __future__ import annotations

from collections.abc import Iterator

from bot_core.llm.gateway import OFFLINE_MODEL
from bot_core.trace import ModelCall
from workbench.records import CaseResult


def model_calls(result: CaseResult) -> Iterator[ModelCall]:
    """Of the bot; an agent that is set to the embedded baseline asks no model."""
    return (call for turn in result.turns for call in turn.trace.calls if asked_model(call))


def asked_model(call: ModelCall) -> bool:
    return call.model != OFFLINE_MODEL or call.fallback


def answered_by_baseline(call: ModelCall) -> bool:
    """No model of the route answered: the baseline did or, past the turn's time, the plain wording of the facts."""
    nobody = bool(call.attempts and call.attempts[-1].error)
    return call.fallback and (call.model == OFFLINE_MODEL or nobody)
