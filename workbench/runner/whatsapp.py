"""The same chat through the real WhatsApp adapter: its sandbox over HTTP on loopback.

The adapter is another front door, so nothing of it is imported here: its processes store the turns, this reads them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot_core.errors import StoreError
from bot_core.messages import InboundMessage, MessageKind
from bot_core.settings import Settings
from bot_core.store.contracts import ConversationStore
from bot_core.store.records import Conversation, ConversationLog
from workbench.runner.sandbox_line import Line, SandboxLine

CHANNEL = "whatsapp"
_SID = "SM"
"""Twilio's ids are this and 32 hexadecimal digits; ours are the digits."""
_ID = re.compile(r"[0-9a-f]{32}")
_MEDIA = {
    MessageKind.IMAGE: "image/jpeg",
    MessageKind.AUDIO: "audio/ogg",
    MessageKind.VIDEO: "video/mp4",
    MessageKind.DOCUMENT: "application/pdf",
    MessageKind.CONTACT: "text/vcard",
    MessageKind.STICKER: "image/webp",
}


@dataclass(frozen=True, slots=True)
class WhatsAppChat:
    line: Line
    turns: tuple[ConversationLog, ...] = ()
    """As the worker stored them, with the ids that our phone gave its messages."""
    pending: tuple[InboundMessage, ...] = ()
    """Taken by the webhook, in no stored turn yet."""


class WhatsAppDesk:
    """Remembers nothing of the chat: a workbench that was killed shows the same one when it is back."""

    def __init__(self, settings: Settings, conversations: ConversationStore) -> None:
        self._conversations = conversations
        self._sandbox = SandboxLine(settings)
        self._read: tuple[tuple[str, int], tuple[ConversationLog, ...]] = (("", 0), ())

    def start(self) -> None:
        """Returns at once; the line is on some seconds later. Its output is in the data folder's whatsapp.log."""
        self._sandbox.start()

    def send(self, messages: Sequence[InboundMessage]) -> None:
        """Through the webhook, which drops an id that it has seen. Raises StoreError when it takes none."""
        for message in messages:
            if _ID.fullmatch(message.message_id):  # of another form Twilio would know none, and take it anew each time
                self._sandbox.write(_form(message))

    def chat(self) -> WhatsAppChat:
        """What the operational store holds of the sandbox's customer, and what the sandbox has taken since."""
        seen = self._sandbox.look()
        if seen.line is not Line.ON:
            return WhatsAppChat(seen.line)
        try:
            taken = self._taken()  # before the turns: what is stored in between is shown, not missed
        except StoreError:
            return WhatsAppChat(Line.STARTING)  # it has just ended: the next look says so
        turns = self._turns(self._conversations.find(CHANNEL, seen.customer))
        stored = {message.message_id for turn in turns for message in turn.messages}
        newest = max((message.sent_at for turn in turns for message in turn.messages), default=None)
        pending = [
            message
            for message in taken
            if message.message_id not in stored and (newest is None or message.sent_at > newest)
        ]
        return WhatsAppChat(seen.line, turns, tuple(pending))

    def metrics_url(self) -> str | None:
        """Of the channel that runs here on our data; None when there is no line to it."""
        seen = self._sandbox.look()
        return seen.metrics_url or None if seen.line is Line.ON else None

    def close(self) -> None:
        self._sandbox.close()

    def _taken(self) -> list[InboundMessage]:
        return [
            InboundMessage(
                text=line["text"],
                kind=MessageKind(line["taken"]),
                message_id=line["id"].removeprefix(_SID),
                sent_at=datetime.fromisoformat(line["at"]),
            )
            for line in self._sandbox.chat()
            if line["taken"]
        ]

    def _turns(self, conversation: Conversation | None) -> tuple[ConversationLog, ...]:
        """Read when there are new ones: the page asks every second."""
        if conversation is None:
            return ()
        state = (conversation.conversation_id, conversation.version)
        known, turns = self._read
        if known != state:
            turns = tuple(_with_our_ids(turn) for turn in self._conversations.turns(conversation.conversation_id))
            self._read = (state, turns)
        return turns


def _form(message: InboundMessage) -> dict[str, Any]:
    """As the sandbox takes it: text, kind, id, and what Twilio's webhook says of anything that is no text."""
    fields: dict[str, str] = {}
    if message.kind in _MEDIA:
        fields = {"NumMedia": "1", "MediaContentType0": _MEDIA[message.kind], "MediaUrl0": "http://127.0.0.1/stub"}
    elif message.kind is MessageKind.LOCATION:
        fields = {"Latitude": "19.4326", "Longitude": "-99.1332", "MessageType": "location"}
    elif message.button_payload:
        fields = {"ButtonPayload": message.button_payload, "ButtonText": message.text, "MessageType": "button"}
    return {"text": message.text, "kind": message.kind.value, "id": message.message_id, "fields": fields}


def _with_our_ids(turn: ConversationLog) -> ConversationLog:
    messages = tuple(
        message.model_copy(update={"message_id": message.message_id.removeprefix(_SID)}) for message in turn.messages
    )
    return turn.model_copy(update={"messages": messages})
