"""Providers whose key is looked for in its usual variable; any other that litellm knows works by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provider:
    name: str
    model: str
    """One of its models, as a start."""

    @property
    def prefix(self) -> str:
        """Of all its models' names: "openai/"."""
        return self.model.partition("/")[0] + "/"


PROVIDERS: Mapping[str, Provider] = {
    "OPENAI_API_KEY": Provider("OpenAI", "openai/gpt-4o-mini"),
    "ANTHROPIC_API_KEY": Provider("Anthropic", "anthropic/claude-haiku-4-5"),
    "GEMINI_API_KEY": Provider("Google Gemini", "gemini/gemini-2.5-flash"),
    "MISTRAL_API_KEY": Provider("Mistral", "mistral/mistral-small-latest"),
    "GROQ_API_KEY": Provider("Groq", "groq/llama-3.3-70b-versatile"),
    "DEEPSEEK_API_KEY": Provider("DeepSeek", "deepseek/deepseek-chat"),
    "OPENROUTER_API_KEY": Provider("OpenRouter", "openrouter/openai/gpt-4o-mini"),
}
"""By the variable of the key."""
