from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot_core.settings import Settings
from workbench.evaluation.customers.records import End
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.dataset.personas import load_personas
from workbench.runner import players
from workbench.runner.bots import BotChoice
from workbench.runner.players import PlayState
from workbench.runner.workbench import Workbench

CASE = Case.model_validate(
    {
        "id": "test-two-turns",
        "why": "two turns of a customer",
        "turns": [{"say": ["hola", "busco un versa"]}, {"say": "el segundo"}],
    }
)
CATALOG = Settings().catalog_path


@pytest.fixture
def workbench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    monkeypatch.setattr(players, "_READING_SECONDS", 0.0)
    opened = Workbench(Settings(data_dir=tmp_path))
    yield opened
    opened.close()


def settled(workbench: Workbench, conversation: str = "c") -> PlayState:
    pause = threading.Event()
    for _ in range(3000):
        if not workbench.players.is_busy(conversation):
            break
        pause.wait(0.01)
    state = workbench.players.state(conversation)
    assert state
    assert state.problem is None
    return state


def test_a_case_writes_what_its_customer_wrote(workbench: Workbench):
    workbench.players.load_case("c", CASE, BotChoice())
    assert workbench.players.state("c") == PlayState("test-two-turns", 0, 2, playing=False)
    workbench.players.play("c")
    assert settled(workbench).end is End.MAX_TURNS
    first, second = workbench.replies.turns("c")
    assert [message.text for message in first.messages] == ["hola", "busco un versa"]
    assert [message.text for message in second.messages] == ["el segundo"]


def test_a_step_is_one_turn(workbench: Workbench):
    workbench.players.load_case("c", CASE, BotChoice())
    workbench.players.step("c")
    state = settled(workbench)
    assert (state.done, state.playing, state.end) == (1, False, None)
    workbench.players.step("c")
    assert settled(workbench).end is End.MAX_TURNS
    workbench.players.step("c")
    assert len(workbench.replies.turns("c")) == 2


def test_a_simulated_customer_plays_until_the_goal_is_reached(workbench: Workbench):
    persona = next(one for one in load_personas() if one.id == "ana-primer-auto")
    workbench.players.load_persona("c", persona, BotChoice(), CATALOG)
    workbench.players.play("c")
    state = settled(workbench)
    assert state.end is End.GOAL_REACHED
    assert state.done == len(workbench.replies.turns("c"))


def test_the_same_number_writes_the_same(workbench: Workbench):
    persona = load_personas()[0]
    for conversation in ("c1", "c2"):
        workbench.players.load_persona(conversation, persona, BotChoice(), CATALOG, seed=7)
        workbench.players.play(conversation)
        settled(workbench, conversation)
    said = [
        [message.text for turn in workbench.replies.turns(name) for message in turn.messages] for name in ("c1", "c2")
    ]
    assert said[0] == said[1]


def test_a_person_takes_the_phone_over(workbench: Workbench):
    workbench.players.load_case("c", CASE, BotChoice())
    workbench.players.step("c")
    settled(workbench)
    workbench.players.pause("c")
    workbench.players.leave("c")
    assert workbench.players.state("c") is None
    workbench.players.play("c")
    assert not workbench.players.is_busy("c")


def test_a_bot_that_fails_is_shown_beside_the_phone(workbench: Workbench):
    workbench.players.load_case("c", CASE, BotChoice(release_id="no-such-release"))
    workbench.players.play("c")
    pause = threading.Event()
    while workbench.players.is_busy("c"):
        pause.wait(0.01)
    state = workbench.players.state("c")
    assert state
    assert state.problem is not None
    assert not state.playing
