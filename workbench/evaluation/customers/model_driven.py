"""A customer that a model plays. Its mistakes are told apart from the bot's by customers.faults."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, Field

from bot_core.llm.gateway import ChatMessage, LLMGateway, LLMRequest, ModelSettings
from workbench.evaluation.customers.customer import CustomerMaker, Exchange
from workbench.evaluation.customers.listening import phrase_table
from workbench.evaluation.customers.records import Leave, Move
from workbench.evaluation.customers.whatsapp import Phone
from workbench.evaluation.dataset.personas import Persona

TEMPERATURE = 0.7
"""Of every customer that a model plays: at 0 all seeds would write alike."""
PROMPT = Path(__file__).with_name("model_prompt.yaml")


class CustomerAnswer(BaseModel):
    """What the model is asked for."""

    messages: list[str] = Field(default_factory=list, max_length=5)
    finished: bool = False


class ModelCustomer:
    """Asks `gateway` for every move. The opening is the persona's own, so that all customers start alike."""

    def __init__(self, persona: Persona, seed: int, *, gateway: LLMGateway, settings: ModelSettings) -> None:
        self._persona = persona
        self._seed = seed
        self._gateway = gateway
        self._settings = settings.model_copy(update={"seed": seed, "temperature": TEMPERATURE})
        rng = random.Random(f"{persona.id}.{seed}")
        nudges = phrase_table()[persona.style.language.value]["nudge"]
        self._phone = Phone(persona, f"{persona.id}.{seed}", rng, nudges=nudges)

    async def next_move(self, exchanges: Sequence[Exchange]) -> Move:
        """Raises ModelError when the model does not answer."""
        turn = len(exchanges) + 1
        if not exchanges:
            return self._phone.type(self._persona.opening, turn)
        if len(exchanges) >= self._persona.patience:
            return Leave(satisfied=False)
        response = await self._gateway.complete(self._request(exchanges))
        usd = float(response.cost_usd)
        if response.answer.finished and not response.answer.messages:
            return Leave(satisfied=True, usd=usd)
        texts = [text.strip() for text in response.answer.messages if text.strip()]
        said = self._phone.type(texts[: self._persona.whatsapp.burst] or [""], turn)
        return said.model_copy(update={"usd": usd})

    def _request(self, exchanges: Sequence[Exchange]) -> LLMRequest[CustomerAnswer]:
        prompt = model_prompt(self._persona)
        return LLMRequest(
            agent="customer",
            purpose="reply",
            messages=(ChatMessage("system", prompt), *_history(exchanges)),
            response_model=CustomerAnswer,
            facts=None,
            settings=self._settings,
            prompt_id=_prompts()["id"],
            prompt_hash=hashlib.sha256(prompt.encode()).hexdigest()[:12],
            tracking_id=f"{self._persona.id}.{self._seed}.{len(exchanges) + 1}.customer",
        )


def model_customers(gateway: LLMGateway, settings: ModelSettings) -> CustomerMaker:
    """Customers played by the model of `settings`, for `simulate(customer=…)`."""

    def make(persona: Persona, seed: int) -> ModelCustomer:
        return ModelCustomer(persona, seed, gateway=gateway, settings=settings)

    return make


def model_prompt(persona: Persona) -> str:
    """The persona in words. What is said in the conversation never gets in here."""
    knows = persona.knows.model_dump(mode="json", exclude_defaults=True)
    style = persona.style.model_dump(mode="json", exclude_defaults=True)
    return _prompts()[persona.style.language.value].format(
        who=persona.who,
        goal=persona.goal.text,
        facts=yaml.safe_dump(knows, allow_unicode=True, default_flow_style=True, width=10_000).strip(),
        style=yaml.safe_dump(style, allow_unicode=True, default_flow_style=True, width=10_000).strip(),
        burst=persona.whatsapp.burst,
    )


def _history(exchanges: Sequence[Exchange]) -> list[ChatMessage]:
    """From the customer's side: what the bot said is what the model answers to."""
    messages: list[ChatMessage] = []
    for exchange in exchanges:
        messages.append(ChatMessage("assistant", "\n".join(exchange.sent)))
        messages.append(ChatMessage("user", exchange.reply.text))
    return messages


@lru_cache(maxsize=1)
def _prompts() -> Mapping[str, str]:
    loaded: Mapping[str, str] = yaml.load(
        PROMPT.read_text(encoding="utf-8"),
        Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader),  # noqa: S506
    )
    return loaded
