from __future__ import annotations

import threading
from typing import Any

import pytest
import streamlit as st

from workbench import session
from workbench.runner.workbench import Workbench
from workbench.views.simulator.reports import take_reports

AT = "2026-11-24T19:00:00.000Z"


def reported(conversation: str, serial: int = 1, **changes: Any) -> dict[str, Any]:
    message = {"id": f"m{serial}", "text": "hola", "kind": "text", "payload": None, "at": AT}
    report: dict[str, Any] = {
        "conversation": conversation,
        "messages": [message],
        "ratings": {},
        "selected": None,
        "serial": serial,
    }
    return {"report": report | changes}


@pytest.fixture
def tab(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a tab remembers, and its address."""
    state: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(st, "query_params", {"conversacion": "now"})
    return state


def said(workbench: Workbench, conversation: str) -> list[str]:
    pause = threading.Event()
    while workbench.replies.waiting(conversation).busy:
        pause.wait(0.01)
    return [message.message_id for turn in workbench.replies.turns(conversation) for message in turn.messages]


def test_a_report_is_taken_in_once(workbench: Workbench, tab: dict[str, Any]):
    tab["phone-1"] = reported("now")
    take_reports()
    take_reports()
    assert said(workbench, "now") == ["m1"]


def test_what_was_written_while_the_next_conversation_opened_goes_to_the_one_before(
    workbench: Workbench, tab: dict[str, Any]
):
    session.conversation_id()
    session.open_conversation("next")
    tab["phone-1"] = reported("now")
    take_reports()
    assert said(workbench, "now") == ["m1"]
    assert said(workbench, "next") == []


def test_a_conversation_that_this_tab_never_showed_takes_nothing(workbench: Workbench, tab: dict[str, Any]):
    tab["phone-1"] = reported("somebody-elses")
    take_reports()
    assert said(workbench, "somebody-elses") == []


def test_opinions_of_unknown_turns_are_passed_over(workbench: Workbench, tab: dict[str, Any]):
    tab["phone-1"] = reported("now", messages=[], ratings={"no-such-turn": "up"})
    take_reports()
    assert said(workbench, "now") == []
