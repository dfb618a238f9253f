from __future__ import annotations

import pytest

from bot_core.errors import ConfigurationError
from bot_core.llm.gateway import ModelSettings
from bot_core.releases.files import FileReleaseSource
from bot_core.releases.release import AgentDefinition, AgentName
from workbench.runner.bundles import candidate, changed_agents, changed_rules

RELEASES = FileReleaseSource()
BASE = RELEASES.get("offline-base")
SLOW = AgentDefinition(prompt="sales/v001", settings=ModelSettings(model="openai/lento", timeout_seconds=120))


def test_a_candidate_differs_in_what_was_changed_alone():
    definition = BASE.agents[AgentName.FINANCING].model_copy(update={"prompt": "financing/v002"})
    made = candidate(BASE, {AgentName.FINANCING: definition}, release_id="corta", description="Más corta")
    assert changed_agents(BASE, made) == {AgentName.FINANCING: {"prompt": ("financing/v001", "financing/v002")}}
    assert changed_rules(BASE, made) == {}
    assert (made.release_id, made.description) == ("corta", "Más corta")


def test_a_slow_model_is_given_time_for_its_turn():
    made = candidate(BASE, {AgentName.SALES: SLOW}, release_id="lenta", description="")
    assert made.behaviour.turn_timeout_seconds == 300
    assert changed_rules(BASE, made) == {"turn_timeout_seconds": (60.0, 300.0)}
    assert changed_agents(BASE, made)[AgentName.SALES]["model"] == ("offline", "openai/lento")


@pytest.mark.parametrize("name", ["", "a", "Con Mayúsculas", "../x", "x" * 65, "<b>"])
def test_a_name_that_is_no_id_is_refused(name: str):
    with pytest.raises(ConfigurationError, match="cannot name a release"):
        candidate(BASE, {}, release_id=name, description="")


def test_two_shipped_releases_are_compared_by_agent_and_field():
    changed = changed_agents(RELEASES.get("local"), RELEASES.get("local-v2"))
    assert changed[AgentName.INTENTION]["prompt"] == ("intention/v001", "intention/v002")
    assert changed_agents(BASE, BASE) == {}
