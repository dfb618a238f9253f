from __future__ import annotations

import json
from decimal import Decimal

from bot_core.facts.facts import AgentReply
from bot_core.intents import UserIntentionResponse
from bot_core.llm.response_schema import compact_schema, prepared


def size(schema: dict[str, object]) -> int:
    return len(json.dumps(schema, separators=(",", ":")))


def test_the_schema_is_less_than_half_of_pydantics() -> None:
    assert size(compact_schema(UserIntentionResponse)) < 0.55 * size(UserIntentionResponse.model_json_schema())


def test_it_has_nothing_that_a_grammar_cannot_follow_or_a_model_must_not_spell_out() -> None:
    text = json.dumps(compact_schema(UserIntentionResponse))
    assert "anyOf" not in text
    assert "pattern" not in text
    assert "null" not in text
    assert '"title"' not in text
    assert '"description"' not in text


def test_a_field_that_has_the_name_of_a_schema_word_is_kept() -> None:
    from pydantic import BaseModel

    class Card(BaseModel):
        title: str
        default: int = 3

    assert set(compact_schema(Card)["properties"]) == {"title", "default"}


def test_amounts_are_numbers_and_what_was_not_said_may_be_absent() -> None:
    schema = compact_schema(UserIntentionResponse)
    detail = schema["$defs"]["IntentDetail"]
    assert detail["properties"]["price_max"] == {"type": "number"}
    assert detail["required"] == ["intent"]
    assert detail["additionalProperties"] is False


def test_what_the_schema_allows_is_read() -> None:
    answer = prepared(UserIntentionResponse).model_validate_json(
        '{"intents": [{"intent": "financing", "price_max": 250000.5, "reference": {"kind": "chosen"}}]}'
    )
    assert isinstance(answer, UserIntentionResponse)
    assert answer.intents[0].price_max == Decimal("250000.5")


def test_it_is_prepared_once_and_instructor_takes_it_as_it_is() -> None:
    from instructor.v2.core.response_model import prepare_response_model

    made = prepared(AgentReply)
    assert prepared(AgentReply) is made
    assert prepare_response_model(made) is made
    assert made.__name__ == "AgentReply"
    assert made.model_json_schema() == compact_schema(AgentReply)
    assert made.model_json_schema() is made.model_json_schema()
