"""What the operational store holds, as values. Times are timezone-aware UTC."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from pydantic import Field, field_validator

from bot_core.llm.gateway import ModelSettings
from bot_core.messages import BotReply, Frozen, InboundMessage, new_id, utc_now
from bot_core.prompts.draft import DraftText
from bot_core.releases.release import AgentDefinition, AgentName
from bot_core.sessions.state import ConversationState
from bot_core.trace import TurnTrace


class Conversation(Frozen):
    conversation_id: str
    channel: str
    """"workbench", "whatsapp", "terminal"."""
    customer_key: str
    """Who writes, as the channel names them."""
    release_id: str
    """The release of the last turn, or the one it starts with."""
    state: ConversationState
    version: int = 0
    """Goes up with every change; a writer says which one it has read."""
    created_at: datetime = Field(default_factory=utc_now)
    updated_at: datetime = Field(default_factory=utc_now)


class ConversationLog(Frozen):
    """One stored turn. Its release, tokens and cost are those of the trace."""

    conversation_id: str
    position: int
    """1 for the conversation's first turn."""
    messages: tuple[InboundMessage, ...]
    reply: BotReply
    trace: TurnTrace
    created_at: datetime = Field(default_factory=utc_now)

    @property
    def tracking_id(self) -> str:
        return self.trace.tracking_id


class ConversationHead(Frozen):
    """What tells whether a conversation has changed, without its state."""

    conversation_id: str
    channel: str
    version: int
    created_at: datetime


class SpokenTurn(Frozen):
    """What was said in a stored turn, without how the reply was made."""

    tracking_id: str
    position: int
    messages: tuple[InboundMessage, ...]
    reply: BotReply
    created_at: datetime


class FinishedTurn(Protocol):
    """What the orchestrator returns (TurnResult), as far as the store is concerned."""

    @property
    def reply(self) -> BotReply: ...
    @property
    def state(self) -> ConversationState: ...
    @property
    def trace(self) -> TurnTrace: ...


class ConversationPage(Frozen):
    items: tuple[Conversation, ...]
    cursor: str | None = None
    """Where the next page starts; None on the last one."""


class FeedbackValue(StrEnum):
    UP = "up"
    DOWN = "down"


CUSTOMER = "customer"
"""The source of a customer's own opinions."""


class Feedback(Frozen):
    """A customer's or reviewer's opinion of one turn."""

    tracking_id: str
    value: FeedbackValue
    comment: str = ""
    source: str
    """Who says so: "customer", "workbench"…; a later opinion of the same source replaces the earlier one."""
    created_at: datetime = Field(default_factory=utc_now)

    @field_validator("comment")
    @classmethod
    def _without_nul(cls, comment: str) -> str:
        """PostgreSQL holds no NUL in a text."""
        return comment.replace("\x00", " ")


class PromotionAction(StrEnum):
    PROMOTE = "promote"
    ROLL_BACK = "roll_back"


class Promotion(Frozen):
    """One line of the release history: from then on `release_id` is served."""

    position: int
    action: PromotionAction
    release_id: str
    who: str
    reason: str
    evidence: dict[str, Any] = Field(default_factory=dict)
    """What allowed it, for example the ids of the compared runs and the verdict. JSON values."""
    at: datetime = Field(default_factory=utc_now)


class Authorship(Frozen):
    """Who stored an immutable version, and when."""

    who: str
    at: datetime = Field(default_factory=utc_now)


class PromptDraft(Frozen):
    """A prompt that somebody is writing; it may be faulty, and changes until it is published as a version."""

    draft_id: str = Field(default_factory=new_id)
    agent: AgentName
    based_on: str
    """The version that it started from: "financing/v001"."""
    text: DraftText
    version: int = 1
    """Goes up with every change; a writer says which one they have read."""
    created_by: str
    updated_by: str
    created_at: datetime = Field(default_factory=utc_now)
    updated_at: datetime = Field(default_factory=utc_now)


class JobStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Frozen):
    """Work that outlives the page that asked for it."""

    job_id: str = Field(default_factory=new_id)
    kind: str
    payload: dict[str, Any] = Field(default_factory=dict)
    """What to do. JSON values."""
    status: JobStatus = JobStatus.QUEUED
    progress: float = Field(default=0.0, ge=0.0, le=1.0)
    error: str | None = None
    created_at: datetime = Field(default_factory=utc_now)
    updated_at: datetime = Field(default_factory=utc_now)


class AIModel(Frozen):
    """A model that the workbench offers by name."""

    name: str
    settings: ModelSettings
    notes: str = ""


class NamedAgent(Frozen):
    """An agent's prompt and model under a name, to be put into a release."""

    name: str
    agent: AgentName
    definition: AgentDefinition
    notes: str = ""
