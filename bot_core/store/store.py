"""The operational store: its repositories behind one name."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter

from bot_core.prompts.library import FilePromptLibrary, PromptLibrary
from bot_core.releases.files import FileReleaseSource
from bot_core.releases.source import ReleaseSource
from bot_core.settings import load_settings
from bot_core.store.contracts import (
    ActivityStore,
    AnnotationStore,
    ConversationStore,
    DraftStore,
    FeedbackStore,
    JobStore,
    LeadStore,
    NamedStore,
    ProfileStore,
    PromptStore,
    ReleaseStore,
)
from bot_core.store.database import Database, open_database
from bot_core.store.erasing import CustomerErasure
from bot_core.store.memory.conversations import MemoryConversationStore, MemoryFeedbackStore, MemoryProfileStore
from bot_core.store.memory.drafts import MemoryDraftStore
from bot_core.store.memory.releases import MemoryNamedStore, MemoryPromptStore, MemoryReleaseStore
from bot_core.store.memory.reviews import MemoryActivityStore, MemoryAnnotationStore, MemoryCustomerErasure
from bot_core.store.memory.work import MemoryJobStore, MemoryLeadStore
from bot_core.store.migration import upgrade
from bot_core.store.records import AIModel, NamedAgent
from bot_core.store.reviews import AlertThreshold
from bot_core.store.sealing import Cipher, cipher_of
from bot_core.store.sql.activity import SqlActivityStore
from bot_core.store.sql.annotations import SqlAnnotationStore
from bot_core.store.sql.conversations import SqlConversationStore
from bot_core.store.sql.customers import SqlFeedbackStore, SqlProfileStore
from bot_core.store.sql.drafts import SqlDraftStore
from bot_core.store.sql.erasure import SqlCustomerErasure
from bot_core.store.sql.jobs import SqlJobStore
from bot_core.store.sql.leads import SqlLeadSink
from bot_core.store.sql.named import SqlNamedStore
from bot_core.store.sql.prompts import SqlPromptStore
from bot_core.store.sql.releases import SqlReleaseStore
from bot_core.store.tables import agent_definitions, ai_models, alert_thresholds


@dataclass(frozen=True, slots=True)
class Store:
    conversations: ConversationStore
    profiles: ProfileStore
    feedback: FeedbackStore
    prompts: PromptStore
    drafts: DraftStore
    models: NamedStore[AIModel]
    agents: NamedStore[NamedAgent]
    releases: ReleaseStore
    leads: LeadStore
    jobs: JobStore
    annotations: AnnotationStore
    alerts: NamedStore[AlertThreshold]
    activity: ActivityStore
    erasure: CustomerErasure
    database: Database | None = None
    """For the tables of a channel in the same database; None in memory."""

    def close(self) -> None:
        if self.database:
            self.database.close()


def open_store(
    url: str,
    *,
    prompts: PromptLibrary | None = None,
    releases: ReleaseSource | None = None,
    cipher: Cipher | None = None,
) -> Store:
    """The store at an SQLAlchemy URL (SQLite file or PostgreSQL), brought to this version's schema. Prompts and
    releases that ship as files are part of it. `cipher` is that of KAVAK_DATA_KEY unless another one is given.

    Raises ConfigurationError for the URL or the key, StoreError when the database cannot be reached.
    """
    database = open_database(url, cipher or cipher_of(load_settings().data_key.get_secret_value()))
    upgrade(database)
    stored_prompts = SqlPromptStore(database, prompts or FilePromptLibrary())
    return Store(
        conversations=SqlConversationStore(database),
        profiles=SqlProfileStore(database),
        feedback=SqlFeedbackStore(database),
        prompts=stored_prompts,
        drafts=SqlDraftStore(database, stored_prompts),
        models=SqlNamedStore(database, ai_models, AIModel, attrgetter("name")),
        agents=SqlNamedStore(database, agent_definitions, NamedAgent, attrgetter("name")),
        releases=SqlReleaseStore(database, releases or FileReleaseSource(), stored_prompts),
        leads=SqlLeadSink(database),
        jobs=SqlJobStore(database),
        annotations=SqlAnnotationStore(database),
        alerts=SqlNamedStore(database, alert_thresholds, AlertThreshold, attrgetter("name")),
        activity=SqlActivityStore(database),
        erasure=SqlCustomerErasure(database),
        database=database,
    )


def memory_store(*, prompts: PromptLibrary | None = None, releases: ReleaseSource | None = None) -> Store:
    """The same, gone with the process."""
    conversations = MemoryConversationStore()
    profiles, feedback, leads = MemoryProfileStore(), MemoryFeedbackStore(conversations), MemoryLeadStore()
    annotations = MemoryAnnotationStore()
    known_prompts = MemoryPromptStore(prompts or FilePromptLibrary())
    return Store(
        conversations=conversations,
        profiles=profiles,
        feedback=feedback,
        prompts=known_prompts,
        drafts=MemoryDraftStore(known_prompts),
        models=MemoryNamedStore[AIModel]("ai_models", attrgetter("name")),
        agents=MemoryNamedStore[NamedAgent]("agent_definitions", attrgetter("name")),
        releases=MemoryReleaseStore(releases or FileReleaseSource(), known_prompts),
        leads=leads,
        jobs=MemoryJobStore(),
        annotations=annotations,
        alerts=MemoryNamedStore[AlertThreshold]("alert_thresholds", attrgetter("name")),
        activity=MemoryActivityStore(conversations, feedback, leads),
        erasure=MemoryCustomerErasure(conversations, profiles, feedback, leads, annotations),
    )
