from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot_core.messages import InboundMessage, MessageKind, QuickReply
from workbench.components.phone import phone
from workbench.components.phone.phone import Bubble, PhoneEvents

AT = "2026-11-24T19:00:00.000Z"


class Heard:
    def __init__(self) -> None:
        self.sent: list[tuple[str, tuple[InboundMessage, ...]]] = []
        self.rated: list[tuple[str, str]] = []
        self.selected: list[str] = []

    @property
    def events(self) -> PhoneEvents:
        return PhoneEvents(
            sent=lambda conversation, messages: self.sent.append((conversation, messages)),
            rated=lambda turn, rating: self.rated.append((turn, rating)),
            selected=self.selected.append,
        )


def written(**changes: Any) -> dict[str, Any]:
    return {"id": "m1", "text": "hola", "payload": None, "at": AT, **changes}


def test_written_messages_become_inbound_messages_in_their_order():
    heard = Heard()
    value = {"conversation": "c1", "messages": [written(), written(id="m2", text="Agendar", payload="appointment")]}
    phone._report_sent(value, heard.events)
    [(conversation, (first, second))] = heard.sent
    assert conversation == "c1"
    assert (first.message_id, first.text, first.kind) == ("m1", "hola", MessageKind.TEXT)
    assert first.sent_at == datetime(2026, 11, 24, 19, tzinfo=UTC)
    assert (second.kind, second.button_payload) == (MessageKind.BUTTON, "appointment")


@pytest.mark.parametrize(
    "value",
    [
        None,
        "hola",
        {},
        {"conversation": "c1", "messages": []},
        {"conversation": "../x y", "messages": [written()]},
        {"conversation": "c1", "messages": [written(text="")]},
        {"conversation": "c1", "messages": [written(text="x" * 5000)]},
        {"conversation": "c1", "messages": [written(id="x" * 65)]},
        {"conversation": "c1", "messages": [written(at="ayer")]},
        {"conversation": "c1", "messages": [written(role="system")]},
        {"conversation": "c1", "messages": [written()] * 51},
    ],
)
def test_a_malformed_event_of_the_browser_is_no_event(value: object):
    heard = Heard()
    phone._report_sent(value, heard.events)
    assert heard.sent == []


def test_ratings_and_selections_are_reported_when_they_make_sense():
    heard = Heard()
    phone._report_rated({"turn": "t1", "rating": "down"}, heard.events)
    phone._report_rated({"turn": "t1", "rating": "meh"}, heard.events)
    phone._report_selected("t1", heard.events)
    phone._report_selected(None, heard.events)
    assert heard.rated == [("t1", "down")]
    assert heard.selected == ["t1"]


def test_a_bubble_travels_as_plain_json():
    bubble = Bubble(
        id="b",
        side="in",
        text="<b>x</b>",
        at=datetime(2026, 11, 24, tzinfo=UTC),
        buttons=(QuickReply(title="A", payload="a"),),
    )
    assert phone._as_json(bubble) == {
        "id": "b",
        "side": "in",
        "text": "<b>x</b>",
        "at": "2026-11-24T00:00:00+00:00",
        "ticks": "read",
        "stored": True,
        "turn": None,
        "buttons": [{"title": "A", "payload": "a"}],
        "rating": None,
        "selected": False,
    }


def test_the_script_never_reads_text_as_html():
    script = (phone._FOLDER / "phone.js").read_text(encoding="utf-8")
    assert not [word for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write") if word in script]
