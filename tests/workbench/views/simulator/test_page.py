from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from workbench.runner.players import PlayState
from workbench.runner.workbench import Workbench
from workbench.views.simulator import page as simulator


def test_the_page_looks_again_when_a_customer_came_to_the_end_while_it_was_drawn(
    chat_page: Callable[[], AppTest], workbench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    """What was read before the end is on the screen: without another look it would stay."""
    playing = True

    def state(_conversation: str) -> PlayState:
        nonlocal playing
        playing = False
        return PlayState("ana", 2, None, playing=True, end=None, problem=None)

    beats: list[float | None] = []
    monkeypatch.setattr(workbench.players, "is_busy", lambda _conversation: playing)
    monkeypatch.setattr(workbench.players, "state", state)
    monkeypatch.setattr(simulator, "pulse", lambda _key, *, every_seconds: beats.append(every_seconds))
    page = chat_page().run()
    assert not page.exception
    assert beats == [simulator.POLL_SECONDS]
    page.run()
    assert beats[1:] == [None]
