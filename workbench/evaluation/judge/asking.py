"""The questions to a judge. What customers and bots wrote stands between tags that it cannot close, as data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from bot_core.llm.gateway import Answer, ChatMessage, LLMRequest, ModelSettings
from bot_core.prompts.builder import as_data
from bot_core.prompts.library import FilePromptLibrary, PromptLibrary
from bot_core.prompts.template import PromptTemplate
from workbench.evaluation.judge.exhibit import Exhibit
from workbench.evaluation.judge.rubric import JudgeAnswer, PairAnswer

TEMPLATES = Path(__file__).with_name("templates")
AGENT = "judge"
"""The agent that a judge's calls are recorded under."""


@lru_cache(maxsize=1)
def judge_prompts() -> PromptLibrary:
    """The versions that ship: judge/v001 and judge_pair/v001."""
    return FilePromptLibrary(TEMPLATES)


def verdict_request(
    exhibit: Exhibit, template: PromptTemplate, settings: ModelSettings, tracking_id: str
) -> LLMRequest[JudgeAnswer]:
    values = {
        "customer": exhibit.customer,
        "facts": exhibit.facts or "(ninguno)",
        "before": exhibit.before or "(nada)",
        "reply": exhibit.reply,
    }
    return _request(JudgeAnswer, values, template, settings, tracking_id)


def pair_request(
    first: str, second: str, template: PromptTemplate, settings: ModelSettings, tracking_id: str
) -> LLMRequest[PairAnswer]:
    """`first` and `second` are whole conversations as text."""
    return _request(PairAnswer, {"first": first, "second": second}, template, settings, tracking_id)


def _request(
    answer: type[Answer],
    values: Mapping[str, str],
    template: PromptTemplate,
    settings: ModelSettings,
    tracking_id: str,
) -> LLMRequest[Answer]:
    filled = template.filled_context({name: as_data(value) for name, value in values.items()})
    return LLMRequest(
        agent=AGENT,
        purpose="reply",
        messages=(ChatMessage("system", template.system_text), ChatMessage("user", filled)),
        response_model=answer,
        facts=None,
        settings=settings,
        prompt_id=template.prompt_id,
        prompt_hash=template.content_hash,
        tracking_id=tracking_id,
    )
