"""The composition root: which implementation stands behind each name."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from bot_core.agents.base import BaseAgent
from bot_core.agents.car_recommendation import CarRecommendationAgent
from bot_core.agents.financing import FinancingAgent
from bot_core.agents.general_info import KavakGeneralInfoAgent
from bot_core.agents.greeting import GreetingAgent
from bot_core.agents.sales import SalesAgent
from bot_core.agents.writer import ReplyWriter
from bot_core.catalog.service import CarDataService
from bot_core.guardrails.guard import ReplyGuard
from bot_core.intentions.service import UserIntentionService
from bot_core.knowledge.service import KnowledgeService
from bot_core.leads.lead import LeadSink
from bot_core.leads.sinks import FileLeadSink
from bot_core.llm.gateway import OFFLINE_MODEL, LLMGateway
from bot_core.llm.litellm_gateway import LiteLLMGateway
from bot_core.llm.routing import RoutingGateway
from bot_core.offline.gateway import OfflineGateway
from bot_core.offline.understanding import RuleBasedUnderstanding
from bot_core.orchestrator import OrchestrationService
from bot_core.prompts.library import FilePromptLibrary, PromptLibrary
from bot_core.releases.release import AgentName, Release
from bot_core.settings import Settings, load_settings


class BotFactory:
    """Builds the bot of any release; all of them share one catalogue, one knowledge base and one gateway."""

    def __init__(
        self,
        *,
        settings: Settings | None = None,
        catalog: CarDataService | None = None,
        knowledge: KnowledgeService | None = None,
        prompts: PromptLibrary | None = None,
        leads: LeadSink | None = None,
        gateway: LLMGateway | None = None,
    ) -> None:
        settings = settings or load_settings()
        self.catalog = catalog or load_catalog(settings.catalog_path)
        self.knowledge = knowledge or load_knowledge(settings.knowledge_path)
        self.prompts = prompts or FilePromptLibrary()
        self.baseline = OfflineGateway(self._understanding)
        self._leads = leads or FileLeadSink(settings.data_dir / "leads.jsonl")
        self._gateway = gateway or RoutingGateway(
            offline=self.baseline, remote=LiteLLMGateway(key_envs=settings.model_key_envs)
        )

    def build(self, release: Release) -> OrchestrationService:
        return OrchestrationService(
            release,
            UserIntentionService(
                self._gateway, self.baseline, self.prompts, release.agents[AgentName.INTENTION], self.catalog
            ),
            self._agents(release),
            ReplyWriter(self._gateway, self.prompts, self._guard(release), release),
        )

    def _guard(self, release: Release) -> ReplyGuard:
        """Its prompts' objectives and warnings may not be repeated; a prompt's examples are there to be followed."""
        prompts = {agent.prompt for agent in release.agents.values() if agent.settings.model != OFFLINE_MODEL}
        sections = [self.prompts.get(prompt_id).sections for prompt_id in sorted(prompts)]
        protected = [text for section in sections for text in (section.objective, section.warnings)]
        return ReplyGuard(self.catalog, protected=protected)

    def _agents(self, release: Release) -> tuple[BaseAgent, ...]:
        shown = release.behaviour.cars_shown
        return (
            CarRecommendationAgent(self.catalog, cars_shown=shown),
            FinancingAgent(self.catalog, release.financing, cars_shown=shown),
            KavakGeneralInfoAgent(self.knowledge),
            GreetingAgent(),
            SalesAgent(self.catalog, self.knowledge, self._leads),
        )

    def _understanding(self, min_match_score: float) -> RuleBasedUnderstanding:
        return RuleBasedUnderstanding(self.catalog, self.knowledge.branches, min_match_score=min_match_score)


def load_catalog(path: Path) -> CarDataService:
    """The catalogue at `path`, read again only when the file changes. Raises CatalogError."""
    return _catalog_at(path, path.stat().st_mtime_ns if path.exists() else 0)


def load_knowledge(path: Path) -> KnowledgeService:
    """The knowledge base at `path`, read again only when the file changes. Raises KnowledgeError."""
    return _knowledge_at(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=4)
def _catalog_at(path: Path, _modified: int) -> CarDataService:
    return CarDataService.from_csv(path)


@lru_cache(maxsize=4)
def _knowledge_at(path: Path, _modified: int) -> KnowledgeService:
    return KnowledgeService.from_file(path)
