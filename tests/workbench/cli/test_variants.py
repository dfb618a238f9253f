"""Variants as they are written on the command line."""

from __future__ import annotations

import pytest

from bot_core.errors import UserError
from bot_core.llm.gateway import ModelSettings
from workbench.cli.variants import parsed_variant


def test_an_agent_has_parameters_of_its_own_whatever_the_order():
    spec = parsed_variant(
        "B=local,sales.temperature=0.7,sales.model=openai/gpt-4o-mini,greeting.max_tokens=200,model=openai/gpt-4o", None
    )
    models = {name: (model.model, model.temperature, model.max_tokens) for name, model in spec.models.items()}
    assert models == {"sales": ("openai/gpt-4o-mini", 0.7, 700), "greeting": ("openai/gpt-4o", 0.0, 200)}


def test_parameters_keep_the_rest_of_the_model_of_all_variants():
    everywhere = ModelSettings(model="openai/x", api_base="http://127.0.0.1:9/v1", max_concurrency=3)
    [sales] = parsed_variant("local,sales.temperature=1", everywhere).models.values()
    assert sales == everywhere.model_copy(update={"temperature": 1.0})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A=local,guardrails=maybe", "guardrails=maybe: on or off is expected"),
        ("A=local,sales.temperature=0.5", "sales has parameters, but no model"),
        ("A=local,sales.model=openai/x,sales.temperature=hot", "temperature: Input should be a valid number"),
        ("A=local,sales.model=openai/x,sales.temperature=3", "temperature: .* less than or equal to 2"),
        ("A=local,sales.model=openai/x,sales.max_tokens=0", "max_tokens: .* greater than or equal to 1"),
        ("A=local,sales.mood=good", "no setting 'mood' of an agent"),
        ("A=local,nobody.temperature=1", "no agent 'nobody'"),
    ],
)
def test_a_mistake_is_one_line(text, message):
    with pytest.raises(UserError, match=message) as caught:
        parsed_variant(text, None)
    assert "\n" not in str(caught.value)
