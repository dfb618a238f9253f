"""How the screens name a model."""

from __future__ import annotations

from bot_core.llm.discovery import FoundModel
from workbench.texts.texts import section


def model_label(model: FoundModel) -> str:
    """`"qwen2.5:3b · Ollama"`: the name without its provider, and where it runs."""
    return section("models")[model.kind].format(name=model.model.partition("/")[2] or model.model)
