"""The repositories. Each has an in-memory and an SQL implementation, held to one shared test suite.

All of them may be used by several threads at once; the SQL ones by several processes. Any of them may raise
StoreError when the database cannot be reached.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from bot_core.leads.lead import Lead, LeadSink
from bot_core.messages import InboundMessage
from bot_core.prompts.draft import DraftText
from bot_core.prompts.library import PromptLibrary
from bot_core.prompts.template import PromptTemplate
from bot_core.releases.release import Release
from bot_core.releases.source import ReleaseSource
from bot_core.sessions.state import ConversationState, CustomerProfile
from bot_core.store.activity import ConversationOutcome, LoggedTurn, Place, RecordedLead
from bot_core.store.records import (
    Authorship,
    Conversation,
    ConversationHead,
    ConversationLog,
    ConversationPage,
    Feedback,
    FinishedTurn,
    Job,
    JobStatus,
    Promotion,
    PromptDraft,
    SpokenTurn,
)
from bot_core.store.reviews import Annotation


class ConversationStore(Protocol):
    def create(
        self, *, channel: str, customer_key: str, release_id: str, conversation_id: str | None = None
    ) -> Conversation:
        """A new, empty conversation. Raises Conflict when the id is taken."""
        ...

    def get(self, conversation_id: str) -> Conversation:
        """Raises NotFound."""
        ...

    def head(self, conversation_id: str) -> ConversationHead:
        """A cheap look, for whoever has read the conversation before. Raises NotFound."""
        ...

    def find(self, channel: str, customer_key: str) -> Conversation | None:
        """The customer's conversation with the latest activity."""
        ...

    def list(self, *, limit: int = 50, cursor: str | None = None, channel: str | None = None) -> ConversationPage:
        """By last activity, newest first. Raises StoreError for a cursor that no page gave."""
        ...

    def append_turn(
        self,
        conversation_id: str,
        messages: Sequence[InboundMessage],
        turn: FinishedTurn,
        *,
        expected_version: int,
    ) -> Conversation:
        """Log the turn and take over its state, both or neither. Raises NotFound, or Conflict when the conversation has
        moved on from `expected_version` or the tracking_id is already logged."""
        ...

    def replace_state(
        self, conversation_id: str, state: ConversationState, *, expected_version: int, release_id: str | None = None
    ) -> Conversation:
        """A change outside a turn (a person took over, another release). Raises NotFound or Conflict."""
        ...

    def turns(self, conversation_id: str) -> tuple[ConversationLog, ...]:
        """Oldest first. Raises NotFound."""
        ...

    def spoken(self, conversation_id: str, *, after: int = 0) -> tuple[SpokenTurn, ...]:
        """What was said in the turns after that position, oldest first. Raises NotFound."""
        ...

    def turn(self, tracking_id: str) -> ConversationLog:
        """Raises NotFound."""
        ...


class ProfileStore(Protocol):
    def get(self, channel: str, customer_key: str) -> CustomerProfile | None: ...

    def put(self, channel: str, customer_key: str, profile: CustomerProfile) -> None: ...


class FeedbackStore(Protocol):
    def give(self, feedback: Feedback) -> None:
        """One opinion for each turn and source; the latest stands. Raises NotFound for an unknown turn."""
        ...

    def of(self, tracking_id: str) -> tuple[Feedback, ...]:
        """Opinions of one turn, ordered by source."""
        ...

    def list(self, *, limit: int = 100) -> tuple[Feedback, ...]:
        """Newest first."""
        ...


class PromptStore(PromptLibrary, Protocol):
    def add(self, template: PromptTemplate, *, who: str) -> PromptTemplate:
        """Store a version; the same text again changes nothing. Raises Immutable for another text under a known id."""
        ...

    def authors(self) -> Mapping[str, Authorship]:
        """Who stored each version, by id; the shipped ones have no line."""
        ...


class DraftStore(Protocol):
    def add(self, draft: PromptDraft) -> PromptDraft:
        """Raises Conflict when the id is taken."""
        ...

    def get(self, draft_id: str) -> PromptDraft:
        """Raises NotFound."""
        ...

    def list(self, agent: str | None = None) -> tuple[PromptDraft, ...]:
        """Of one agent or of all, last changed first."""
        ...

    def save(self, draft_id: str, text: DraftText, *, who: str, expected_version: int) -> PromptDraft:
        """Replace the text. Raises NotFound, or Conflict when somebody changed the draft after `expected_version`."""
        ...

    def remove(self, draft_id: str, *, expected_version: int) -> None:
        """Raises NotFound or Conflict, as `save` does."""
        ...

    def publish(self, draft_id: str, template: PromptTemplate, *, who: str, expected_version: int) -> PromptTemplate:
        """Store the draft as this version and remove it, both or neither. Raises NotFound or Conflict as `save` does,
        Immutable when there is a version of that id, whatever its text."""
        ...


class ReleaseStore(ReleaseSource, Protocol):
    def add(self, release: Release, *, who: str) -> Release:
        """Store a release; the same content again changes nothing. Raises Immutable for another under a known id."""
        ...

    def authors(self) -> Mapping[str, Authorship]:
        """Who stored each release, by id; the shipped ones have no line."""
        ...

    def promote(
        self,
        release_id: str,
        *,
        who: str,
        reason: str,
        evidence: Mapping[str, Any] | None = None,
        expected_current: str | None = None,
    ) -> Promotion:
        """Serve `release_id` from now on. Raises ConfigurationError (unknown, or guardrails off), PromptError (a prompt
        is missing), Conflict when `expected_current` is given and no longer served."""
        ...

    def roll_back(self, *, who: str, reason: str, expected_current: str | None = None) -> Promotion:
        """Serve again what was served before the last promotion that still stands; repeatable down to the shipped
        default. Raises Conflict when nothing is left to roll back, or as `promote` does."""
        ...

    def history(self) -> tuple[Promotion, ...]:
        """Oldest first; lines are only ever added."""
        ...


class LeadStore(LeadSink, Protocol):
    def list(self, *, limit: int = 100) -> tuple[tuple[str, Lead], ...]:
        """References and leads, newest first."""
        ...


class JobStore(Protocol):
    def add(self, kind: str, payload: Mapping[str, Any] | None = None) -> Job: ...

    def get(self, job_id: str) -> Job:
        """Raises NotFound."""
        ...

    def list(self, *, kind: str | None = None, status: JobStatus | None = None, limit: int = 50) -> builtins.list[Job]:
        """Newest first."""
        ...

    def claim(self, kind: str) -> Job | None:
        """The oldest queued job of that kind, now running and nobody else's; None when there is none."""
        ...

    def report(self, job_id: str, progress: float) -> Job:
        """Progress from 0 to 1. Raises NotFound, or Conflict when the job is not running (cancelled, say)."""
        ...

    def finish(self, job_id: str, *, error: str | None = None) -> Job:
        """End a running job as done, or as failed with `error`. Raises NotFound or Conflict."""
        ...

    def cancel(self, job_id: str) -> Job:
        """End a queued or running job; an ended one stays as it is. Raises NotFound."""
        ...

    def requeue_stale(self, before: datetime) -> int:
        """Queue again the running jobs that have not reported since `before`: their worker died. Returns how many."""
        ...


Item = TypeVar("Item")


class NamedStore(Protocol[Item]):
    """Things that people edit and keep under a name."""

    def put(self, item: Item) -> None:
        """Replaces the one of the same name."""
        ...

    def get(self, name: str) -> Item:
        """Raises NotFound."""
        ...

    def list(self) -> tuple[Item, ...]:
        """Ordered by name."""
        ...

    def remove(self, name: str) -> None:
        """Nothing happens when there is none."""
        ...


class AnnotationStore(Protocol):
    def put(self, annotation: Annotation, *, expected_version: int | None = None) -> Annotation:
        """Store the annotator's next version of their opinion of that reply; the same opinion again changes nothing.
        Raises Conflict when the latest version is not `expected_version` (0: none yet): the person has edited it in
        another window."""
        ...

    def of(self, tracking_ids: Sequence[str]) -> tuple[Annotation, ...]:
        """The latest version of every annotator, by turn and annotator."""
        ...

    def list(self, *, limit: int = 1000) -> tuple[Annotation, ...]:
        """Latest versions, newest first."""
        ...

    def history(self, tracking_id: str, annotator: str) -> tuple[Annotation, ...]:
        """Every version, oldest first."""
        ...


class ActivityStore(Protocol):
    def before(self, place: Place | None = None, *, limit: int = 500) -> tuple[LoggedTurn, ...]:
        """Turns of all conversations, newest first, from the latest one or from just before `place`."""
        ...

    def since(self, moment: datetime, *, limit: int = 500, after: Place | None = None) -> tuple[LoggedTurn, ...]:
        """Turns logged at `moment` or later, oldest first; `after` goes on with the next page."""
        ...

    def tracking_ids(self) -> frozenset[str]:
        """All of them: what is missing here was erased."""
        ...

    def count(self) -> int:
        """How many turns are stored."""
        ...

    def feedback_since(self, moment: datetime) -> tuple[Feedback, ...]: ...

    def leads_since(self, moment: datetime) -> tuple[RecordedLead, ...]: ...

    def outcomes(self, *, channel: str, since: datetime) -> tuple[ConversationOutcome, ...]:
        """What came of the channel's conversations that began at `since` or later, in the order of their beginning."""
        ...
