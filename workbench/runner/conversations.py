"""Conversations of every channel: found, opened, taken along, erased."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections import OrderedDict
from dataclasses import dataclass, replace
from enum import StrEnum

from bot_core.settings import PROJECT_ROOT, Settings
from bot_core.store.records import Conversation, ConversationLog
from bot_core.store.store import Store
from workbench.evaluation.judge.labels import LabelBook
from workbench.runner.activity import ActivityFeed, Filling
from workbench.runner.privacy import names_of, redacted, redacted_turns
from workbench.runner.reading import ConversationReader
from workbench.storage.activity.figures import choices
from workbench.storage.activity.rows import LeadRow, OpinionRow
from workbench.storage.activity.search import FoundConversation, FoundPage, Search, leads_of, opinions_of, search

WHATSAPP = "whatsapp"
"""The channel with tables, and copies at Twilio, of its own."""
_ERASE_SECONDS = 180
_MOST_REDACTED = 8

_log = logging.getLogger(__name__)


class ErasureProblem(StrEnum):
    """Why nothing was erased, or not the last byte."""

    BUSY = "busy"
    """The customer is being answered at this moment."""
    NOT_CONFIGURED = "not_configured"
    """The channel's settings are not on this machine."""
    UNREACHABLE = "unreachable"
    """Twilio, or the database."""
    STILL_IN_FILES = "still_in_files"
    """Everything is erased, but the database's files hold it for somebody who reads since before. The next erasure or
    `channels retention` takes it out."""


@dataclass(frozen=True, slots=True)
class OpenConversation:
    conversation: Conversation
    turns: tuple[ConversationLog, ...]
    opinions: tuple[OpinionRow, ...]
    leads: tuple[LeadRow, ...]
    name: str
    """The customer's, "" when it is not known or not to be shown."""


@dataclass(frozen=True, slots=True)
class _Redacted:
    of: tuple[ConversationLog, ...]
    names: tuple[str, ...]
    turns: tuple[ConversationLog, ...]


class ConversationDesk:
    """`reveal` shows personal data as it is; without it there are placeholders."""

    def __init__(self, settings: Settings, store: Store, feed: ActivityFeed) -> None:
        self._settings = settings
        self._store = store
        self._feed = feed
        self._reader = ConversationReader(store.conversations)
        self._labels = LabelBook(settings.data_dir / "labels")
        self._redacted: OrderedDict[str, _Redacted] = OrderedDict()

    def search(self, asked: Search, *, offset: int = 0, limit: int = 25, reveal: bool = False) -> FoundPage:
        """Without `reveal` nothing is found by personal data either: who may not read a number cannot look it up."""
        page = search(self._feed.index(), asked, offset=offset, limit=limit, reveal=reveal)
        return page if reveal else replace(page, items=tuple(map(_anonymous, page.items)))

    def filling(self) -> Filling:
        return self._feed.filling()

    def channels(self) -> tuple[str, ...]:
        return tuple(choices(self._feed.index(), "channel"))

    def releases(self) -> tuple[str, ...]:
        return tuple(choices(self._feed.index(), "release_id"))

    def version(self, conversation_id: str) -> int:
        """Goes up with every turn. Raises NotFound."""
        return self._store.conversations.head(conversation_id).version

    def open(self, conversation_id: str, *, reveal: bool = False) -> OpenConversation:
        """Raises NotFound."""
        conversation = self._store.conversations.get(conversation_id)
        turns = self._reader.turns(conversation_id)
        names = names_of(conversation, turns)
        index = self._feed.index()
        return OpenConversation(
            conversation=conversation,
            turns=turns if reveal else self._anonymous_turns(conversation_id, turns, names),
            opinions=opinions_of(index, conversation_id),
            leads=leads_of(index, conversation_id),
            name=next(iter(names), "") if reveal else "",
        )

    def _anonymous_turns(
        self, conversation_id: str, turns: tuple[ConversationLog, ...], names: tuple[str, ...]
    ) -> tuple[ConversationLog, ...]:
        """An open conversation is looked at every few seconds, and redacted when it has changed."""
        known = self._redacted.get(conversation_id)
        if known is None or known.of is not turns or known.names != names:
            known = self._redacted[conversation_id] = _Redacted(turns, names, redacted_turns(turns, names))
            if len(self._redacted) > _MOST_REDACTED:
                self._redacted.popitem(last=False)
        return known.turns

    def export(self, channel: str, customer_key: str, *, reveal: bool = False) -> bytes:
        """All conversations of a customer that the operational store holds, as JSON."""
        asked = Search(customer=customer_key, channel=channel)
        found = search(self._feed.index(), asked, limit=10_000, reveal=reveal)
        ids = [one.conversation_id for one in found.items if one.customer_key == customer_key]
        opened = [self.open(conversation_id, reveal=reveal) for conversation_id in ids]
        document = {
            "channel": channel,
            "customer": customer_key,
            "redacted": not reveal,
            "conversations": [_document(one) for one in opened],
        }
        return json.dumps(document, ensure_ascii=False, indent=1).encode()

    def erase(self, channel: str, customer_key: str) -> ErasureProblem | None:
        """Everything of the customer, in the database's files and, for WhatsApp, at Twilio too; None when it is done.
        Cannot be undone. Raises StoreError."""
        query = "SELECT tracking_id FROM turns WHERE channel = $channel AND customer_key = $customer"
        turns = [row[0] for row in self._feed.index().rows(query, {"channel": channel, "customer": customer_key})]
        problem = self._erase_at_channel(customer_key) if channel == WHATSAPP else None
        if problem is None:
            # Labels first: once the turns are gone, nobody knows any more whose labels they were.
            self._labels.forget(turns)
            self._store.erasure.erase(channel, customer_key)
            # The channel's command has done it, unless a reader was in its way.
            if not self._store.erasure.scrub().readers_are_gone:
                problem = ErasureProblem.STILL_IN_FILES
        self._feed.refresh()
        return problem

    def _erase_at_channel(self, customer_key: str) -> ErasureProblem | None:
        """By the operators' command: the workbench knows neither the channel's tables nor Twilio."""
        environment = os.environ | {"KAVAK_DATA_DIR": str(self._settings.data_dir)}
        if self._settings.database_url:
            environment["KAVAK_DATABASE_URL"] = self._settings.database_url
        try:
            done = subprocess.run(  # noqa: S603 - no shell; the key is one argument, never an option
                [sys.executable, "-m", "channels", "erase", "--yes", "--", customer_key],
                cwd=PROJECT_ROOT,
                env=environment,
                capture_output=True,
                text=True,
                timeout=_ERASE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return ErasureProblem.UNREACHABLE
        if done.returncode == 0:
            return None
        _log.warning("erase: exit code %s: %s", done.returncode, done.stderr.strip()[-500:])
        if "right now" in done.stderr:
            return ErasureProblem.BUSY
        return ErasureProblem.NOT_CONFIGURED if done.returncode == 2 else ErasureProblem.UNREACHABLE


def _anonymous(found: FoundConversation) -> FoundConversation:
    return replace(
        found,
        name="",
        first_words=redacted(found.first_words, found.name),
        last_words=redacted(found.last_words, found.name),
    )


def _document(opened: OpenConversation) -> dict[str, object]:
    conversation = opened.conversation
    return {
        "conversation_id": conversation.conversation_id,
        "release_id": conversation.release_id,
        "created_at": conversation.created_at.isoformat(),
        "updated_at": conversation.updated_at.isoformat(),
        "turns": [turn.model_dump(mode="json") for turn in opened.turns],
        "feedback": [{"turn": one.tracking_id, "source": one.source, "up": one.up} for one in opened.opinions],
        "leads": [{"reference": one.reference, "kind": one.kind, "at": one.at.isoformat()} for one in opened.leads],
    }
