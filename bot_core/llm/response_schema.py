"""The JSON schema that a model's answer must fit, small enough for a prompt and plain enough for a grammar."""

from __future__ import annotations

from functools import cache
from types import new_class
from typing import Any, cast

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

_NOT_SENT = ("title", "default", "description", "format")


class _PlainSchema(GenerateJsonSchema):
    """A decimal is a number, and an optional field is simply absent.

    pydantic's own decimal is "number, or a string of a pattern with look-ahead", which llama.cpp and Ollama cannot turn
    into a grammar; "or null" in every optional field doubles the schema and makes models spell out what was not said.
    """

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:  # noqa: ARG002
        return {"type": "number"}

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


def compact_schema(response_model: type[BaseModel]) -> dict[str, Any]:
    """The schema without titles, defaults and descriptions: only the versioned prompt tells a model what to do."""
    stripped: dict[str, Any] = _stripped(response_model.model_json_schema(schema_generator=_PlainSchema))
    for definition in (stripped, *stripped.get("$defs", {}).values()):
        if definition.get("type") == "object":
            definition["additionalProperties"] = False
    return stripped


@cache
def prepared(response_model: type[BaseModel]) -> type[BaseModel]:
    """`response_model` as instructor would prepare it, made once.

    instructor makes a new class and schema in every call, 44 % of a call's processor time.
    """
    from instructor.v2.core.function_calls import ResponseSchema

    schema = compact_schema(response_model)

    def model_json_schema(_cls: type[BaseModel], *_arguments: Any, **_options: Any) -> dict[str, Any]:
        return schema

    def body(namespace: dict[str, Any]) -> None:
        namespace |= {"__module__": __name__, "model_json_schema": classmethod(model_json_schema)}

    # The name stays: instructor shows it to the model when it asks again.
    made = new_class(response_model.__name__, (response_model, ResponseSchema), exec_body=body)
    return cast(type[BaseModel], made)


def _stripped(node: Any, *, names: bool = False) -> Any:
    """`node` without the keys of _NOT_SENT; `names` when its keys are fields or definitions, not schema words."""
    if isinstance(node, list):
        return [_stripped(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _stripped(value, names=not names and key in ("properties", "$defs"))
        for key, value in node.items()
        if names or key not in _NOT_SENT
    }
