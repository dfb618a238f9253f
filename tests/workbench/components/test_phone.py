from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import streamlit as st

from bot_core.messages import MessageKind, QuickReply
from workbench.components.phone import phone
from workbench.components.phone.phone import Bubble, reported, written_out

AT = "2026-11-24T19:00:00.000Z"
KEY = "phone-1"


def written(**changes: Any) -> dict[str, Any]:
    return {"id": "m1", "text": "hola", "kind": "text", "payload": None, "at": AT, **changes}


def said(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> phone.Report | None:
    """What the page reads when the browser reported this."""
    report = {"conversation": "c1", "messages": [], "ratings": {}, "selected": None, "serial": 1, **changes}
    monkeypatch.setattr(st, "session_state", {KEY: {"report": report}})
    return reported(KEY)


def test_written_messages_become_inbound_messages_in_their_order(monkeypatch: pytest.MonkeyPatch):
    report = said(
        monkeypatch,
        messages=[
            written(),
            written(id="m2", text="Agendar", payload="appointment"),
            written(id="m3", text="", kind="location"),
        ],
    )
    assert report
    assert report.conversation == "c1"
    first, second, third = report.inbound
    assert (first.message_id, first.text, first.kind) == ("m1", "hola", MessageKind.TEXT)
    assert first.sent_at == datetime(2026, 11, 24, 19, tzinfo=UTC)
    assert (second.kind, second.button_payload) == (MessageKind.BUTTON, "appointment")
    assert (third.kind, third.text) == (MessageKind.LOCATION, "")


@pytest.mark.parametrize(
    "changes",
    [
        {"conversation": "../x y"},
        {"messages": "hola"},
        {"messages": [written(text="")]},
        {"messages": [written(text="x" * 5000)]},
        {"messages": [written(id="x" * 65)]},
        {"messages": [written(at="ayer")]},
        {"messages": [written(role="system")]},
        {"messages": [written(kind="fax")]},
        {"messages": [written()] * 51},
        {"ratings": {"t1": "meh"}},
        {"selected": 3},
        {"serial": "x"},
    ],
)
def test_a_malformed_report_of_the_browser_says_nothing(changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    assert said(monkeypatch, **changes) is None


@pytest.mark.parametrize("state", [{}, {KEY: None}, {KEY: {}}, {KEY: {"report": None}}, {KEY: {"report": "hola"}}])
def test_a_phone_that_reported_nothing(state: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(st, "session_state", state)
    assert reported(KEY) is None


def test_opinions_and_the_tapped_reply_are_in_the_report(monkeypatch: pytest.MonkeyPatch):
    report = said(monkeypatch, ratings={"t1": "down"}, selected="t1")
    assert report
    assert report.ratings == {"t1": "down"}
    assert report.selected == "t1"


def test_a_bubble_travels_as_plain_json():
    bubble = Bubble(
        id="b",
        side="in",
        text="<b>x</b>",
        at=datetime(2026, 11, 24, tzinfo=UTC),
        buttons=(QuickReply(title="A", payload="a"),),
    )
    expected = {
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
        "kind": "text",
        "note": None,
    }
    assert json.loads(f"[{written_out([bubble, bubble])}]") == [expected, expected]


def test_the_script_never_reads_text_as_html():
    script = "".join(path.read_text(encoding="utf-8") for path in phone._FOLDER.glob("*.js"))
    assert not [word for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write") if word in script]
