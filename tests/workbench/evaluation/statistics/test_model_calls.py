from __future__ import annotations

import pytest

from bot_core.trace import Attempt, ModelCall
from tests.fakes.results import result
from workbench.evaluation.statistics.model_calls import answered_by_baseline, asked_model, model_calls

FAILED = Attempt(model="openai/x", error="ModelTimeout", detail="late")


def call(model: str, *attempts: Attempt, fallback: bool = False) -> ModelCall:
    return ModelCall(
        agent="sales",
        purpose="reply",
        prompt_id="sales/v001",
        prompt_hash="0",
        model=model,
        attempts=list(attempts),
        fallback=fallback,
    )


@pytest.mark.parametrize(
    ("one", "asked", "by_baseline"),
    [
        (call("offline", Attempt(model="offline")), False, False),
        (call("openai/x", FAILED, Attempt(model="openai/x")), True, False),
        (call("openai/y", FAILED, Attempt(model="openai/y"), fallback=True), True, False),
        (call("offline", FAILED, Attempt(model="offline"), fallback=True), True, True),
        (call("openai/x", FAILED, fallback=True), True, True),
    ],
    ids=["no model", "a retry", "another model", "the baseline", "nothing in time"],
)
def test_who_answered(one: ModelCall, asked: bool, by_baseline: bool):
    assert (asked_model(one), answered_by_baseline(one)) == (asked, by_baseline)


def test_agents_without_a_model_are_not_counted():
    assert list(model_calls(result("a-case"))) == []
