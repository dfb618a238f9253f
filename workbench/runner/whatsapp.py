"""The same chat through the real WhatsApp adapter: its sandbox (`python -m channels dev`) over HTTP on loopback.

The adapter is another front door, so nothing of it is imported here: its processes store the turns, this reads them.
"""

from __future__ import annotations

import hashlib
import logging
import os
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot_core.errors import StoreError
from bot_core.messages import InboundMessage, MessageKind
from bot_core.settings import PROJECT_ROOT, Settings
from bot_core.store.contracts import ConversationStore
from bot_core.store.records import ConversationLog

_log = logging.getLogger(__name__)
CHANNEL = "whatsapp"
PORT = 8085
_SECONDS = 10.0
_LOOK_SECONDS = 1.0
_RECENT = 8
_MOST_SENT = 2_000
_SID = "SM"
"""Twilio's ids are this and 32 hexadecimal digits."""
_SID_DIGITS = 32
_MEDIA = {
    MessageKind.IMAGE: "image/jpeg",
    MessageKind.AUDIO: "audio/ogg",
    MessageKind.VIDEO: "video/mp4",
    MessageKind.DOCUMENT: "application/pdf",
    MessageKind.CONTACT: "text/vcard",
    MessageKind.STICKER: "image/webp",
}


class Line(StrEnum):
    """Whether there is a line to the adapter."""

    OFF = "off"
    STARTING = "starting"
    ON = "on"


@dataclass(frozen=True, slots=True)
class WhatsAppChat:
    line: Line
    turns: tuple[ConversationLog, ...] = ()
    """As the worker stored them, with the ids that our phone gave its messages."""
    pending: tuple[InboundMessage, ...] = ()
    """Taken by the webhook, in no stored turn yet."""


class WhatsAppDesk:
    """One sandbox for the process, shared by all tabs; one that runs already is used as it is."""

    def __init__(self, settings: Settings, conversations: ConversationStore, *, port: int = PORT) -> None:
        self._settings = settings
        self._conversations = conversations
        self._url = f"http://127.0.0.1:{port}"
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self._looked: tuple[float, bool] = (0.0, False)
        self._sent: OrderedDict[str, InboundMessage] = OrderedDict()
        """By the digits of Twilio's id."""
        self._lock = threading.Lock()

    def start(self) -> None:
        """Returns at once; the line is on some seconds later. Its output is in the data folder's whatsapp.log."""
        with self._lock:
            if self._line() is not Line.OFF:
                return
            environment = os.environ | {"KAVAK_DATA_DIR": str(self._settings.data_dir)}
            if self._settings.database_url:
                environment["KAVAK_DATABASE_URL"] = self._settings.database_url
            command = [sys.executable, "-m", "channels", "dev", "--port", str(self._port), "--no-workbench"]
            with (self._settings.data_dir / "whatsapp.log").open("ab") as log:
                self._process = subprocess.Popen(  # noqa: S603 - our own
                    command, cwd=PROJECT_ROOT, env=environment, stdout=log, stderr=log
                )

    def send(self, messages: Sequence[InboundMessage]) -> None:
        """Through the webhook, once each: it drops an id that it has seen. Raises StoreError when it takes none."""
        import httpx

        for message in messages:
            if _digits(message) in self._sent:
                continue
            try:
                answer = httpx.post(self._url, json=_form(message), timeout=_SECONDS)
                answer.raise_for_status()
            except httpx.HTTPError as error:
                raise StoreError(f"the webhook did not take the message: {error}") from error
            with self._lock:
                self._sent[_digits(message)] = message
                while len(self._sent) > _MOST_SENT:
                    self._sent.popitem(last=False)

    def chat(self) -> WhatsAppChat:
        """What the operational store holds of the sandbox's customer."""
        with self._lock:
            line, sent = self._line(), dict(self._sent)
        turns = self._turns(sent)
        stored = {message.message_id for turn in turns for message in turn.messages}
        newest = max((message.sent_at for turn in turns for message in turn.messages), default=None)
        pending = [
            message
            for message in sent.values()
            if message.message_id not in stored and (newest is None or message.sent_at > newest)
        ]
        return WhatsAppChat(line, turns, tuple(pending))

    def close(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(timeout=_SECONDS)

    def _turns(self, sent: dict[str, InboundMessage]) -> tuple[ConversationLog, ...]:
        """Of the conversation that holds a message of ours: other customers may write to the same store."""
        for conversation in self._conversations.list(limit=_RECENT, channel=CHANNEL).items if sent else ():
            turns = self._conversations.turns(conversation.conversation_id)
            if any(_ours(message, sent) for turn in turns for message in turn.messages):
                return tuple(_with_our_ids(turn, sent) for turn in turns)
        return ()

    def _line(self) -> Line:
        if self._answers():
            return Line.ON
        running = self._process is not None and self._process.poll() is None
        return Line.STARTING if running else Line.OFF

    def _answers(self) -> bool:
        """Asked at every run of a page, so not asked anew each time."""
        import httpx

        asked, answered = self._looked
        if time.monotonic() - asked > _LOOK_SECONDS:
            try:
                answered = httpx.get(f"{self._url}/ready", timeout=1.0).status_code == httpx.codes.OK
            except httpx.HTTPError:
                answered = False
            self._looked = (time.monotonic(), answered)
        return answered


def _form(message: InboundMessage) -> dict[str, Any]:
    """As the sandbox takes it: text, id, and what Twilio's webhook says of anything that is no text."""
    fields: dict[str, str] = {}
    if message.kind in _MEDIA:
        fields = {"NumMedia": "1", "MediaContentType0": _MEDIA[message.kind], "MediaUrl0": "http://127.0.0.1/stub"}
    elif message.kind is MessageKind.LOCATION:
        fields = {"Latitude": "19.4326", "Longitude": "-99.1332", "MessageType": "location"}
    elif message.button_payload:
        fields = {"ButtonPayload": message.button_payload, "ButtonText": message.text, "MessageType": "button"}
    return {"text": message.text, "id": _digits(message), "fields": fields}


def _digits(message: InboundMessage) -> str:
    """Of the id under which the message goes to Twilio's side. Made from the phone's own id and never that itself: a
    browser can name any id, and that of another customer's message would open their conversation here."""
    return hashlib.sha256(message.message_id.encode()).hexdigest()[:_SID_DIGITS]


def _ours(stored: InboundMessage, sent: Mapping[str, InboundMessage]) -> InboundMessage | None:
    """What our phone sent and is stored as that."""
    return sent.get(stored.message_id.removeprefix(_SID))


def _with_our_ids(turn: ConversationLog, sent: Mapping[str, InboundMessage]) -> ConversationLog:
    messages = tuple(
        stored.model_copy(update={"message_id": ours.message_id}) if (ours := _ours(stored, sent)) else stored
        for stored in turn.messages
    )
    return turn.model_copy(update={"messages": messages})
