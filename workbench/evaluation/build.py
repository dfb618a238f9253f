"""From names to instances: a variant's release, its bot, and what its cases are judged with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot_core.catalog.service import CarDataService
from bot_core.errors import PromptError
from bot_core.knowledge.service import KnowledgeService
from bot_core.llm.gateway import LLMGateway
from bot_core.offline.gateway import OfflineGateway
from bot_core.offline.understanding import RuleBasedUnderstanding
from bot_core.orchestrator import OrchestrationService
from bot_core.prompts.library import PromptLibrary
from bot_core.releases.files import FileReleaseSource, with_model
from bot_core.releases.release import AgentDefinition, Release
from bot_core.releases.source import ReleaseSource
from bot_core.settings import Settings
from bot_core.wiring import BotFactory, load_catalog, load_knowledge
from workbench.evaluation.scorers.base import ScoringContext
from workbench.evaluation.scorers.table import scoring_context
from workbench.evaluation.simulation import LeadNotebook, Session, no_session
from workbench.records import VariantSpec

GatewayOver = Callable[[LLMGateway], LLMGateway]
"""Makes the gateway of a bot from its offline baseline."""


@dataclass(frozen=True)
class Subject:
    """A variant, ready to be tried. `notebook` is the sink that `bot` was built with."""

    variant: VariantSpec
    bot: OrchestrationService
    context: ScoringContext
    catalog: str
    """Name of the catalogue file."""
    notebook: LeadNotebook = field(default_factory=LeadNotebook)
    session: Session = no_session


def build_subject(
    variant: VariantSpec,
    settings: Settings,
    *,
    releases: ReleaseSource | None = None,
    prompts: PromptLibrary | None = None,
    gateway: GatewayOver | None = None,
    session: Session = no_session,
    turn_seconds: float | None = None,
) -> Subject:
    """Raises UserError for an unknown release, prompt or file. `settings` says which catalogue and knowledge base.

    `turn_seconds` is a longer time limit for a turn: an experiment may wait for its own limits, a customer may not.
    """
    release = variant_release(variant, releases or FileReleaseSource())
    if turn_seconds and turn_seconds > release.behaviour.turn_timeout_seconds:
        behaviour = release.behaviour.model_copy(update={"turn_timeout_seconds": turn_seconds})
        release = release.model_copy(update={"behaviour": behaviour})
    notebook = LeadNotebook()
    catalog, knowledge = load_catalog(settings.catalog_path), load_knowledge(settings.knowledge_path)
    factory = BotFactory(
        settings=settings,
        catalog=catalog,
        knowledge=knowledge,
        prompts=prompts,
        leads=notebook,
        gateway=gateway(_baseline(catalog, knowledge)) if gateway else None,
    )
    for name, agent in release.agents.items():
        if (whose := factory.prompts.get(agent.prompt).agent) != name:
            raise PromptError(f"{agent.prompt!r} is a prompt of {whose}, not of {name.value}")
    return Subject(
        variant=variant,
        bot=factory.build(release),
        context=scoring_context(settings.catalog_path, catalog, release.financing),
        catalog=Path(settings.catalog_path).name,
        notebook=notebook,
        session=session,
    )


def _baseline(catalog: CarDataService, knowledge: KnowledgeService) -> OfflineGateway:
    return OfflineGateway(lambda score: RuleBasedUnderstanding(catalog, knowledge.branches, min_match_score=score))


def variant_release(variant: VariantSpec, releases: ReleaseSource) -> Release:
    """The release that `variant` names, with its changes; a changed release has an id of its own."""
    release = releases.get(variant.release_id)
    if variant.model is not None:
        release = with_model(release, variant.model)
    if not (variant.prompts or variant.models) and variant.guardrails in (None, release.behaviour.guardrails):
        return release
    agents = {
        name: AgentDefinition(
            prompt=variant.prompts.get(name, agent.prompt), settings=variant.models.get(name, agent.settings)
        )
        for name, agent in release.agents.items()
    }
    guardrails = release.behaviour.guardrails if variant.guardrails is None else variant.guardrails
    models = [[name, settings.model_dump_json()] for name, settings in sorted(variant.models.items())]
    changes = json.dumps([sorted(variant.prompts.items()), guardrails, *([models] if models else [])])
    digest = hashlib.sha256(changes.encode()).hexdigest()[:6]
    return release.model_copy(
        update={
            "release_id": f"{release.release_id[:56]}-{digest}",
            "agents": agents,
            "behaviour": release.behaviour.model_copy(update={"guardrails": guardrails}),
        }
    )
