from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot_core.errors import ConfigurationError, Conflict, Immutable, PromptError, StoreError
from bot_core.llm.gateway import ModelSettings
from bot_core.messages import utc_now
from bot_core.releases.files import FileReleaseSource, with_model
from bot_core.releases.release import AgentDefinition, AgentName, Behaviour, Release
from bot_core.store.records import PromotionAction
from bot_core.store.store import Store, memory_store, open_store

BASE = FileReleaseSource().current()


def _release(release_id: str = "mine", **changes: object) -> Release:
    return BASE.model_copy(update={"release_id": release_id, "description": "Mía", **changes})


def _promote(store: Store, release_id: str, expected_current: str | None = None) -> None:
    store.releases.promote(release_id, who="ana", reason="better", expected_current=expected_current)


def test_it_starts_with_what_ships(store: Store):
    assert store.releases.list() == FileReleaseSource().list()
    assert store.releases.current() == BASE
    assert store.releases.history() == ()


def test_a_release_is_kept_and_cannot_be_rewritten(store: Store):
    added = store.releases.add(_release(), who="ana")
    assert store.releases.get("mine") == added == _release()
    assert "mine" in [release.release_id for release in store.releases.list()]
    assert store.releases.add(_release(created_at=utc_now()), who="eva") == added
    with pytest.raises(Immutable, match="mine already has another content"):
        store.releases.add(_release(description="Otra"), who="eva")
    with pytest.raises(Immutable):
        store.releases.add(_release("local"), who="eva")


def test_a_release_with_another_model_can_be_kept(store: Store):
    release = with_model(BASE, ModelSettings(model="openai/gpt-4o-mini"))
    store.releases.add(release, who="ana")
    assert store.releases.get(release.release_id) == release


def test_promotion_serves_a_release_and_keeps_the_evidence(store: Store):
    store.releases.add(_release(), who="ana")
    evidence = {"runs": ["r1", "r2"], "verdict": "better", "p": 0.01}
    line = store.releases.promote("mine", who="ana", reason="gana el A/B", evidence=evidence)
    assert store.releases.current() == _release()
    assert store.releases.history() == (line,)
    assert (line.position, line.action, line.release_id) == (1, PromotionAction.PROMOTE, "mine")
    assert (line.who, line.reason, line.evidence) == ("ana", "gana el A/B", evidence)
    assert line.at.utcoffset() is not None


def test_roll_back_goes_one_step_back_each_time(store: Store):
    for release_id in ("local", "openai"):
        _promote(store, release_id)
    served = []
    for _ in range(2):
        store.releases.roll_back(who="eva", reason="falla")
        served.append(store.releases.current().release_id)
    assert served == ["local", "offline-base"]
    with pytest.raises(Conflict, match="nothing to roll back"):
        store.releases.roll_back(who="eva", reason="falla")
    assert [line.release_id for line in store.releases.history()] == ["local", "openai", "local", "offline-base"]
    assert [line.position for line in store.releases.history()] == [1, 2, 3, 4]


def test_promoting_the_served_one_again_adds_no_step(store: Store):
    _promote(store, "local")
    _promote(store, "local")
    store.releases.roll_back(who="eva", reason="falla")
    assert store.releases.current() == BASE


def test_a_promotion_may_say_what_it_replaces(store: Store):
    _promote(store, "local", expected_current="offline-base")
    with pytest.raises(Conflict, match="local is served by now, not offline-base"):
        _promote(store, "openai", expected_current="offline-base")
    assert store.releases.current().release_id == "local"


def test_a_roll_back_may_say_what_it_ends(store: Store):
    _promote(store, "local")
    _promote(store, "openai")
    store.releases.roll_back(who="eva", reason="falla", expected_current="openai")
    with pytest.raises(Conflict, match="local is served by now, not openai"):
        store.releases.roll_back(who="ana", reason="falla", expected_current="openai")
    assert store.releases.current().release_id == "local"


def test_what_cannot_be_served_is_not_promoted(store: Store):
    store.releases.add(_release("bare", behaviour=Behaviour(guardrails=False)), who="ana")
    agents = BASE.agents | {AgentName.SALES: AgentDefinition(prompt="sales/v999")}
    store.releases.add(_release("unprompted", agents=agents), who="ana")
    for release_id, error, message in (
        ("bare", ConfigurationError, "guardrails off"),
        ("unprompted", PromptError, "sales/v999"),
        ("nope", ConfigurationError, r"no release 'nope' \(known: bare, local, "),
    ):
        with pytest.raises(error, match=message):
            _promote(store, release_id)
    assert store.releases.history() == ()


def test_evidence_is_json(store: Store):
    with pytest.raises(StoreError, match="only JSON"):
        store.releases.promote("local", who="ana", reason="x", evidence={"when": utc_now()})


def test_another_process_serves_the_promoted_release_at_once(url: str):
    one, two = open_store(url), open_store(url)
    assert two.releases.current() == BASE
    one.releases.add(_release(), who="ana")
    _promote(one, "mine")
    assert two.releases.current() == _release()
    one.close()
    two.close()


@given(steps=st.lists(st.sampled_from(["local", "openai", "offline-base", "back"]), max_size=12))
def test_history_only_grows_and_rolling_back_undoes_promotions(steps: list[str]):
    store = memory_store()
    stack = ["offline-base"]
    for step in steps:
        before = store.releases.history()
        if step != "back":
            _promote(store, step)
            stack += [step] if step != stack[-1] else []
        elif len(stack) > 1:
            store.releases.roll_back(who="eva", reason="x")
            stack.pop()
        else:
            with pytest.raises(Conflict):
                store.releases.roll_back(who="eva", reason="x")
        assert store.releases.history()[: len(before)] == before
        assert store.releases.current().release_id == stack[-1]
