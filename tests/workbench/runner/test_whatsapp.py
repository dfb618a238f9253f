from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bot_core.errors import StoreError
from bot_core.messages import BotReply, InboundMessage, MessageKind, utc_now
from bot_core.orchestrator import TurnResult
from bot_core.sessions.state import ConversationState
from bot_core.settings import Settings
from bot_core.store.store import Store, open_store
from bot_core.trace import TurnTrace
from workbench.runner.sandbox_line import Line
from workbench.runner.whatsapp import WhatsAppDesk

ID = "0123456789abcdef0123456789abcdef"
OURS = "ours"


class Sandbox:
    """What the channel's sandbox does on HTTP: says whether it is live and on whose data, takes messages."""

    def __init__(self, settings: Settings) -> None:
        self.taken: list[dict[str, Any]] = []
        self.lines: list[dict[str, Any]] = []
        self.status = 200
        self.state: dict[str, Any] = {"live": True, "serves": settings.data_identity, "customer": OURS}
        sandbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/ready":
                    self._answer(200 if sandbox.state["live"] else 503, sandbox.state)
                else:
                    self._answer(200, sandbox.lines)

            def do_POST(self) -> None:
                sandbox.take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self._answer(sandbox.status, {})

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
                del format, args

            def _answer(self, status: int, said: object) -> None:
                data = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        settings.sandbox_file.write_text(json.dumps({"port": self.server.server_address[1]}))

    def take(self, message: dict[str, Any]) -> None:
        self.taken.append(message)
        line = {"from": "me", "text": message["text"], "id": f"SM{message['id']}", "at": utc_now().isoformat()}
        self.lines.append(line | {"taken": message["kind"] if self.status == 200 else None})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[Sandbox]:
    started = Sandbox(settings)
    yield started
    started.server.shutdown()
    started.server.server_close()


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = open_store(settings.store_url)
    yield opened
    opened.close()


@pytest.fixture
def desk(sandbox: Sandbox, store: Store, settings: Settings) -> Iterator[WhatsAppDesk]:
    opened = WhatsAppDesk(settings, store.conversations)
    yield opened
    opened.close()


def stored(store: Store, customer: str, *message_ids: str) -> None:
    """What the worker leaves behind after a turn."""
    conversation = store.conversations.create(channel="whatsapp", customer_key=customer, release_id="r")
    messages = [InboundMessage(text=name, message_id=name) for name in message_ids]
    trace = TurnTrace(tracking_id=f"t-{customer}", release_id="r")
    result = TurnResult(BotReply(text="¡Hola!"), ConversationState(conversation_id=conversation.conversation_id), trace)
    store.conversations.append_turn(conversation.conversation_id, messages, result, expected_version=0)


def test_a_message_goes_through_the_webhook_with_an_id_of_twilio(desk: WhatsAppDesk, sandbox: Sandbox):
    message = InboundMessage(text="hola", message_id=ID)
    desk.send([message])
    assert sandbox.taken == [{"text": "hola", "kind": "text", "id": ID, "fields": {}}]
    [pending] = desk.chat().pending
    assert (pending.message_id, pending.text) == (ID, "hola")


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
    assert desk.chat().pending[0].kind is message.kind


def test_an_id_that_twilio_has_not_is_not_sent(desk: WhatsAppDesk, sandbox: Sandbox):
    desk.send([InboundMessage(text="hola", message_id="SM1"), InboundMessage(text="hola", message_id=ID + "0")])
    assert sandbox.taken == []


def test_the_chat_is_what_the_worker_stored_of_our_customer(desk: WhatsAppDesk, store: Store):
    desk.send([InboundMessage(text="hola", message_id=ID)])
    stored(store, OURS, f"SM{ID}")
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


def test_a_workbench_that_was_killed_shows_the_same_chat(desk: WhatsAppDesk, store: Store, settings: Settings):
    desk.send([InboundMessage(text="hola", message_id=ID)])
    stored(store, OURS, f"SM{ID}")
    desk.send([InboundMessage(text="un versa", message_id="1" * 32)])
    again = WhatsAppDesk(settings, store.conversations)
    assert again.chat() == desk.chat()
    assert [message.text for message in again.chat().pending] == ["un versa"]
    again.close()


def test_a_webhook_that_refuses_is_told_again_later(desk: WhatsAppDesk, sandbox: Sandbox):
    message = InboundMessage(text="hola", message_id=ID)
    sandbox.status = 502
    with pytest.raises(StoreError):
        desk.send([message])
    assert desk.chat().pending == (), "the phone keeps it and tells it again"
    sandbox.status = 200
    desk.send([message])
    assert len(desk.chat().pending) == 1


def test_a_sandbox_on_other_data_is_none_of_ours(sandbox: Sandbox, store: Store, settings: Settings, tmp_path: Path):
    """Another workbench of this machine has taken the port that our file names."""
    sandbox.state["serves"] = Settings(data_dir=tmp_path / "theirs").data_identity
    assert WhatsAppDesk(settings, store.conversations).chat().line is Line.OFF
    sandbox.state = {"live": True}
    assert WhatsAppDesk(settings, store.conversations).chat().line is Line.OFF


def test_a_sandbox_whose_webhook_does_not_listen_yet_is_starting(desk: WhatsAppDesk, sandbox: Sandbox):
    sandbox.state["live"] = False
    assert desk.chat().line is Line.STARTING


@pytest.mark.parametrize("said", [None, "", "{}", "no json", '{"port": 9}', '{"port": "x"}', "[]"])
def test_without_the_channel_the_line_is_off(store: Store, settings: Settings, said: str | None):
    if said is not None:
        settings.sandbox_file.write_text(said)
    desk = WhatsAppDesk(settings, store.conversations)
    assert desk.chat().line is Line.OFF
    with pytest.raises(StoreError):
        desk.send([InboundMessage(text="hola", message_id=ID)])
