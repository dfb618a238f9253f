from __future__ import annotations

from collections.abc import Callable

import pytest
import streamlit as st

from workbench.components.keys import keys
from workbench.components.keys.keys import key_commands


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], list[str]]:
    """What Streamlit does when the browser reports: the state holds the value, then the callback runs."""
    state: dict[str, object] = {}
    heard: list[str] = []
    reports: list[Callable[[], None]] = []

    def render(**options: object) -> None:
        reports.append(options["on_pressed_change"])  # type: ignore[arg-type]

    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(keys, "_renderer", lambda: render)
    key_commands(("j", "a"), heard.append, key="here")

    def report(value: object) -> list[str]:
        state["here"] = {"pressed": value}
        before = len(heard)
        reports[0]()
        return heard[before:]

    return report


def test_each_press_counts_once_in_order(browser: Callable[[object], list[str]]):
    assert browser({"mount": "m", "presses": [[1, "j"]]}) == ["j"]
    assert browser({"mount": "m", "presses": [[1, "j"], [2, "a"], [3, "j"]]}) == ["a", "j"]
    assert browser({"mount": "m", "presses": [[1, "j"], [2, "a"], [3, "j"]]}) == []


def test_a_new_mount_counts_from_the_beginning(browser: Callable[[object], list[str]]):
    assert browser({"mount": "m", "presses": [[9, "j"]]}) == ["j"]
    assert browser({"mount": "n", "presses": [[1, "a"]]}) == ["a"]


@pytest.mark.parametrize(
    "value",
    [None, "j", [], {}, {"mount": "m"}, {"mount": "m", "presses": [["x", "j"]]}, {"mount": "m", "presses": [[1, "q"]]}],
)
def test_what_is_malformed_or_unknown_is_no_press(browser: Callable[[object], list[str]], value: object):
    assert browser(value) == []
