"""How the screens name a setting of a release and write its value."""

from __future__ import annotations

from bot_core.llm.gateway import OFFLINE_MODEL
from workbench.texts.texts import section


def field_name(name: str) -> str:
    """A field of ModelSettings, Behaviour or FinancingRules; its own name when the table lacks it."""
    return section("setting_names").get(name, name)


def field_value(value: object) -> str:
    """One line; "–" for nothing."""
    words = section("values")
    match value:
        case None | "" | () | []:
            return "–"
        case bool():
            return words["yes"] if value else words["no"]
        case list() | tuple():
            return ", ".join(map(str, value))
        case float():
            return f"{value:g}"
        case dict():
            return ", ".join(f"{key}={entry}" for key, entry in value.items()) or "–"
        case str() if value == OFFLINE_MODEL:
            return section("models")["offline"]
        case _:
            return str(value)
