"""A case as somebody types it: what is wrong with it has a name, a field and a line, for the screen to say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot_core.errors import CaseFault
from workbench.evaluation.dataset.case import SAFETY_TAG, Case
from workbench.evaluation.dataset.faults import field_of, telling_fault
from workbench.evaluation.dataset.tags import TagTable
from workbench.evaluation.dataset.yaml_files import line_of, parse_yaml

_TURNS = "turns"
_KINDS = {
    "extra_forbidden": "unknown_field",
    "missing": "missing",
    "string_type": "no_text",
    "string_too_short": "too_short",
    "too_short": "empty",
    "too_long": "too_many",
    "tuple_type": "no_list",
    "model_type": "no_fields",
    "dict_type": "no_fields",
    "bool_parsing": "no_yes_or_no",
    "bool_type": "no_yes_or_no",
    "greater_than_equal": "too_little",
}
"""pydantic's name of a fault → ours; "…_parsing", "…_type" and "…_from_float" of numbers are "no_number"."""
_NUMBER = re.compile(r"(int|decimal|float)_")
_CHOICE = ("literal_error", "enum")
_OURS = {
    "say and turns exclude each other": "say_and_turns",
    "a tag is written twice": "tag_twice",
    "a make or a model is needed": "car_without_name",
    "either car or price is needed": "car_or_price",
    "down_payment and down_payment_percent exclude each other": "two_down_payments",
}
"""What the classes of a case say themselves."""
_QUOTED = re.compile(r"'([^']*)'")
_LONGEST_DETAIL = 60


def typed_turns(text: str) -> list[Any]:
    """Raises CaseFault."""
    try:
        turns = parse_yaml(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        # The reader knows the place only at what it could not read any more; a key that is written twice it names.
        twice = re.search(r"the key '(.*)' is written twice", error.problem or "")
        kind, field = ("key_twice", twice[1]) if twice else ("no_yaml", "")
        line = mark.line + 1 if mark else None
        raise CaseFault(f"not YAML: line {line}: {error.problem}", kind=kind, field=field, line=line) from error
    except yaml.YAMLError as error:
        raise CaseFault(f"not YAML: {error}", kind="no_yaml") from error
    if not isinstance(turns, list) or not turns:
        raise CaseFault("a list of turns is needed", kind="no_turns", line=1)
    return turns


def checked_case(body: Mapping[str, Any], typed: str, tags: TagTable) -> Case:
    """`typed` is the text that the turns of `body` were written as. Raises CaseFault."""
    try:
        case = Case.model_validate(body)
    except ValidationError as error:
        raise _fault(error, typed) from error
    if unknown := [tag for tag in case.tags if tag not in tags.names]:
        message = f"tags: {unknown[0]!r} is not in datasets/tags.yaml"
        raise CaseFault(message, kind="unknown_tag", field="tags", detail=unknown[0])
    if case.is_safety != any(tag in tags.attacks for tag in case.tags):
        raise CaseFault(f"tags: {SAFETY_TAG!r} goes with a kind of attack", kind="lone_safety", field="tags")
    return case


def _fault(error: ValidationError, typed: str) -> CaseFault:
    fault = telling_fault(error)
    loc = fault["loc"]
    in_turns = loc[:1] == (_TURNS,)
    field = field_of(loc, single=in_turns)
    choices = _choices(error, fault)
    return CaseFault(
        f"{field_of(loc)}: {fault['msg']}",
        kind="choice" if choices else _kind(fault),
        field="" if field == "case" else field,
        line=line_of(typed, loc[1:]) if in_turns else None,
        detail=choices or _detail(fault),
    )


def _choices(error: ValidationError, fault: ErrorDetails) -> str:
    """The words that are possible where a wrong word stands, however many other forms the field may take."""
    if not isinstance(fault["input"], str):
        return ""
    same = [str(one["ctx"]["expected"]) for one in error.errors() if one["type"] in _CHOICE and _at(one) == _at(fault)]
    return ", ".join(dict.fromkeys(word for expected in same for word in _QUOTED.findall(expected)))


def _at(fault: ErrorDetails) -> str:
    return field_of(fault["loc"])


def _kind(fault: ErrorDetails) -> str:
    if fault["type"] == "value_error":
        return _OURS.get(fault["msg"].removeprefix("Value error, "), "other")
    return _KINDS.get(fault["type"], "no_number" if _NUMBER.match(fault["type"]) else "other")


def _detail(fault: ErrorDetails) -> str:
    """How much is needed, or what was written there."""
    context = fault.get("ctx") or {}
    limits: Sequence[str] = ("min_length", "max_length", "ge")
    limit = next((str(context[name]) for name in limits if name in context), None)
    return limit if limit is not None else str(fault["input"])[:_LONGEST_DETAIL]
