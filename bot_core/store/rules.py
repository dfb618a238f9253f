"""What both implementations of the repositories decide alike: pure functions over records."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot_core.errors import ConfigurationError, Conflict, Immutable, StoreError
from bot_core.messages import InboundMessage, utc_now
from bot_core.prompts.draft import DraftText
from bot_core.prompts.library import PromptLibrary
from bot_core.prompts.template import PromptTemplate
from bot_core.releases.release import Release
from bot_core.sessions.state import ConversationState
from bot_core.store.records import (
    Conversation,
    ConversationLog,
    FinishedTurn,
    Job,
    JobStatus,
    Promotion,
    PromotionAction,
    PromptDraft,
)
from bot_core.store.reviews import Annotation


def next_conversation(
    old: Conversation, state: ConversationState, *, expected_version: int, release_id: str | None
) -> Conversation:
    """`old` after a change. Raises Conflict when somebody else changed it first."""
    if old.version != expected_version:
        raise moved_on(old.conversation_id, expected_version)
    if state.conversation_id != old.conversation_id:
        raise StoreError(f"the state of {state.conversation_id} does not belong to {old.conversation_id}")
    changes = {"state": state, "version": old.version + 1, "release_id": release_id or old.release_id}
    return old.model_copy(update=changes | {"updated_at": max(utc_now(), old.updated_at)})


def moved_on(conversation_id: str, expected_version: int) -> Conflict:
    return Conflict(
        f"conversation {conversation_id} has moved on from version {expected_version}", hint="read it again and retry"
    )


def logged_turn(
    conversation: Conversation, position: int, messages: Sequence[InboundMessage], turn: FinishedTurn
) -> ConversationLog:
    return ConversationLog(
        conversation_id=conversation.conversation_id,
        position=position,
        messages=tuple(messages),
        reply=turn.reply,
        trace=turn.trace,
        created_at=conversation.updated_at,
    )


def page_cursor(last: Conversation) -> str:
    return f"{last.updated_at.isoformat()}|{last.conversation_id}"


def read_cursor(cursor: str) -> tuple[datetime, str]:
    moment, _, conversation_id = cursor.partition("|")
    try:
        return datetime.fromisoformat(moment), conversation_id
    except ValueError as error:
        raise StoreError("no page starts there", hint="use the cursor of the page before") from error


def next_annotation(known: Annotation | None, new: Annotation, *, expected_version: int | None) -> Annotation:
    """The version to store after `known`; `known` itself when the person says the same again. Raises Conflict."""
    version = known.version if known else 0
    if known and known.says_the_same(new):
        return known
    if expected_version not in (None, version):
        raise annotated_meanwhile(new)
    return new.model_copy(update={"version": version + 1})


def annotated_meanwhile(annotation: Annotation) -> Conflict:
    return Conflict(
        f"{annotation.annotator} has changed the annotation of {annotation.tracking_id} meanwhile",
        hint="read it again and retry",
    )


def next_draft(old: PromptDraft, text: DraftText, *, who: str, expected_version: int) -> PromptDraft:
    """`old` after a change. Raises Conflict when somebody else changed it first."""
    check_draft_version(old, expected_version)
    changes = {"text": text, "version": old.version + 1, "updated_by": who}
    return old.model_copy(update=changes | {"updated_at": max(utc_now(), old.updated_at)})


def check_draft_version(draft: PromptDraft, expected_version: int) -> None:
    if draft.version != expected_version:
        raise Conflict(
            f"{draft.updated_by} changed the draft after version {expected_version}", hint="compare the two texts"
        )


def check_same_prompt(known: PromptTemplate, new: PromptTemplate) -> None:
    if known.content_hash != new.content_hash:
        raise Immutable(f"prompt {new.prompt_id} already has another text", hint="store it under a new version")


def prompt_is_taken(prompt_id: str) -> Immutable:
    return Immutable(f"there is a prompt {prompt_id} already", hint="store it under a new version")


def check_same_release(known: Release, new: Release) -> None:
    if known.model_copy(update={"created_at": new.created_at}) != new:
        raise Immutable(f"release {new.release_id} already has another content", hint="store it under a new id")


def check_promotable(release: Release, prompts: PromptLibrary) -> None:
    """Raises ConfigurationError or PromptError for a release that a front door could not serve."""
    if not release.behaviour.guardrails:
        raise ConfigurationError(
            f"release {release.release_id} has its guardrails off", hint="it serves to measure only"
        )
    for definition in release.agents.values():
        prompts.get(definition.prompt)


def promotion(
    history: Sequence[Promotion],
    release_id: str,
    *,
    default: str,
    who: str,
    reason: str,
    evidence: Mapping[str, Any] | None,
    expected_current: str | None,
) -> Promotion:
    _check_served(history, default, expected_current)
    return Promotion(
        position=len(history) + 1,
        action=PromotionAction.PROMOTE,
        release_id=release_id,
        who=who,
        reason=reason,
        evidence=as_json(evidence),
    )


def rolled_back(
    history: Sequence[Promotion], *, default: str, who: str, reason: str, expected_current: str | None
) -> Promotion:
    _check_served(history, default, expected_current)
    known = standing(history, default)
    if len(known) == 1:
        raise Conflict(f"{default} ships with the bot: there is nothing to roll back")
    return Promotion(
        position=len(history) + 1, action=PromotionAction.ROLL_BACK, release_id=known[-2], who=who, reason=reason
    )


def _check_served(history: Sequence[Promotion], default: str, expected: str | None) -> None:
    current = served(history, default)
    if expected not in (None, current):
        raise Conflict(f"{current} is served by now, not {expected}", hint="look at the history and retry")


def served(history: Sequence[Promotion], default: str) -> str:
    return history[-1].release_id if history else default


def standing(history: Sequence[Promotion], default: str) -> list[str]:
    """The served releases that a roll-back can reach, the shipped default first. Promoting the served one adds none."""
    standing = [default]
    for line in history:
        if line.action is PromotionAction.ROLL_BACK:
            standing.pop()
        elif line.release_id != standing[-1]:
            standing.append(line.release_id)
    return standing


def as_json(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """A copy as JSON would give it back. Raises StoreError for what JSON cannot hold."""
    try:
        copy: dict[str, Any] = json.loads(json.dumps(dict(values or {}), allow_nan=False))
    except (TypeError, ValueError) as error:
        raise StoreError(f"only JSON values can be stored: {error}") from error
    return copy


def reported(job: Job, progress: float) -> Job:
    return _running(job).model_copy(update={"progress": min(max(progress, 0.0), 1.0), "updated_at": utc_now()})


def finished(job: Job, error: str | None) -> Job:
    end = {"status": JobStatus.FAILED, "error": error} if error else {"status": JobStatus.DONE, "progress": 1.0}
    return _running(job).model_copy(update=end | {"updated_at": utc_now()})


def cancelled(job: Job) -> Job:
    if job.status not in (JobStatus.QUEUED, JobStatus.RUNNING):
        return job
    return job.model_copy(update={"status": JobStatus.CANCELLED, "updated_at": utc_now()})


def claimed(job: Job) -> Job:
    return job.model_copy(update={"status": JobStatus.RUNNING, "updated_at": utc_now()})


def requeued(job: Job) -> Job:
    return job.model_copy(update={"status": JobStatus.QUEUED, "progress": 0.0, "updated_at": utc_now()})


def _running(job: Job) -> Job:
    if job.status is not JobStatus.RUNNING:
        raise Conflict(f"job {job.job_id} is {job.status.value}, not running")
    return job
