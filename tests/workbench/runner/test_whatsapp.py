from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bot_core.errors import StoreError
from bot_core.messages import BotReply, InboundMessage, MessageKind
from bot_core.orchestrator import TurnResult
from bot_core.sessions.state import ConversationState
from bot_core.settings import Settings
from bot_core.store.store import Store, open_store
from bot_core.trace import TurnTrace
from workbench.runner.whatsapp import Line, WhatsAppDesk

ID = "0123456789abcdef0123456789abcdef"


class Sandbox:
    """What the channel's sandbox does on HTTP: says whether it is live, takes messages."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.status = 200
        sandbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(200 if self.path == "/ready" else 404)

            def do_POST(self) -> None:
                sandbox.taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self._answer(sandbox.status)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
                del format, args

            def _answer(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    started = Sandbox()
    yield started
    started.server.shutdown()
    started.server.server_close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'kavak.db'}")
    yield opened
    opened.close()


@pytest.fixture
def desk(sandbox: Sandbox, store: Store, tmp_path: Path) -> WhatsAppDesk:
    return WhatsAppDesk(Settings(data_dir=tmp_path), store.conversations, port=sandbox.port)


def stored(store: Store, customer: str, *message_ids: str) -> None:
    """What the worker leaves behind after a turn."""
    conversation = store.conversations.create(channel="whatsapp", customer_key=customer, release_id="r")
    messages = [InboundMessage(text=name, message_id=name) for name in message_ids]
    trace = TurnTrace(tracking_id=f"t-{customer}", release_id="r")
    result = TurnResult(BotReply(text="¡Hola!"), ConversationState(conversation_id=conversation.conversation_id), trace)
    store.conversations.append_turn(conversation.conversation_id, messages, result, expected_version=0)


def test_a_message_goes_through_the_webhook_once_with_an_id_of_twilio(desk: WhatsAppDesk, sandbox: Sandbox):
    message = InboundMessage(text="hola", message_id=ID)
    desk.send([message])
    desk.send([message])
    [taken] = sandbox.taken
    assert taken == {"text": "hola", "id": taken["id"], "fields": {}}
    assert re.fullmatch("[0-9a-f]{32}", taken["id"])
    assert desk.chat().pending == (message,)


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        (InboundMessage(kind=MessageKind.IMAGE), {"NumMedia": "1", "MediaContentType0": "image/jpeg"}),
        (InboundMessage(kind=MessageKind.LOCATION), {"MessageType": "location"}),
        (
            InboundMessage(text="Agendar", kind=MessageKind.BUTTON, button_payload="appointment"),
            {"ButtonPayload": "appointment", "ButtonText": "Agendar"},
        ),
    ],
)
def test_what_is_no_text_is_said_as_twilio_says_it(
    desk: WhatsAppDesk, sandbox: Sandbox, message: InboundMessage, fields: dict[str, str]
):
    desk.send([message])
    assert sandbox.taken[0]["fields"].items() >= fields.items()


def test_the_chat_is_what_the_worker_stored_of_our_customer(desk: WhatsAppDesk, sandbox: Sandbox, store: Store):
    desk.send([InboundMessage(text="hola", message_id=ID)])
    stored(store, "ours", f"SM{sandbox.taken[0]['id']}")
    stored(store, "somebody-else", "SM" + "f" * 32)
    chat = desk.chat()
    assert chat.line is Line.ON
    assert [turn.messages[0].message_id for turn in chat.turns] == [ID]
    assert chat.pending == ()


def test_the_id_of_another_customers_message_does_not_open_their_conversation(desk: WhatsAppDesk, store: Store):
    """A browser can name any id, and an export tells those of live messages."""
    stored(store, "somebody-else", "SM" + "f" * 32)
    for name in ("f" * 32, "SM" + "f" * 32):
        desk.send([InboundMessage(text="hola", message_id=name)])
    assert desk.chat().turns == ()


def test_a_webhook_that_refuses_is_told_again_later(desk: WhatsAppDesk, sandbox: Sandbox):
    message = InboundMessage(text="hola", message_id=ID)
    sandbox.status = 502
    with pytest.raises(StoreError):
        desk.send([message])
    sandbox.status = 200
    desk.send([message])
    assert len(sandbox.taken) == 2


def test_without_the_channel_the_line_is_off(store: Store, tmp_path: Path):
    desk = WhatsAppDesk(Settings(data_dir=tmp_path), store.conversations, port=9)
    assert desk.chat().line is Line.OFF
    with pytest.raises(StoreError):
        desk.send([InboundMessage(text="hola")])
