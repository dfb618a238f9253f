"""Bots over the small catalogue, with the model's side scripted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot_core.leads.lead import Lead
from bot_core.llm.gateway import LLMGateway, ModelSettings
from bot_core.messages import InboundMessage
from bot_core.orchestrator import OrchestrationService, TurnResult
from bot_core.releases.files import FileReleaseSource, with_model
from bot_core.releases.release import Release
from bot_core.sessions.state import ConversationState
from bot_core.settings import Settings
from bot_core.wiring import BotFactory
from tests.fakes.cars import small_catalog

FRESH = ConversationState(conversation_id="c1")


class LeadList:
    """A lead sink in memory, with the sequence number as reference."""

    def __init__(self) -> None:
        self.leads: list[Lead] = []

    def submit(self, lead: Lead) -> str:
        self.leads.append(lead)
        return f"KV-{len(self.leads):06d}"


def offline_release() -> Release:
    return FileReleaseSource().get("offline-base")


def model_release(model: str = "openai/test") -> Release:
    """The shipped default with a remote model for every agent."""
    return with_model(offline_release(), ModelSettings(model=model))


def bot(
    release: Release | None = None, *, gateway: LLMGateway | None = None, leads: LeadList | None = None
) -> OrchestrationService:
    factory = BotFactory(settings=Settings(), catalog=small_catalog(), leads=leads or LeadList(), gateway=gateway)
    return factory.build(release or offline_release())


def say(service: OrchestrationService, *texts: str, state: ConversationState = FRESH) -> TurnResult:
    """One turn; several texts are a burst."""
    return asyncio.run(service.handle([InboundMessage(text=text) for text in texts], state))


def converse(service: OrchestrationService, texts: Sequence[str], state: ConversationState = FRESH) -> list[TurnResult]:
    """One turn for each text."""
    results: list[TurnResult] = []
    for text in texts:
        results.append(say(service, text, state=results[-1].state if results else state))
    return results
