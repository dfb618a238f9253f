from __future__ import annotations

from streamlit.testing.v1 import AppTest

from bot_core.llm.gateway import ModelSettings
from bot_core.releases.release import AgentDefinition, AgentName
from bot_core.store.records import NamedAgent
from tests.fakes.pages import AsRole, Page
from workbench.roles import Role
from workbench.runner.workbench import Workbench


def removals(page: AppTest) -> list[str]:
    return [str(found.key) for found in page.button if found.label == "Quitar"]


def test_a_kept_agent_is_chosen_and_removed(models_page: Page, workbench: Workbench, as_role: AsRole):
    definition = AgentDefinition(prompt="financing/v001", settings=ModelSettings(model="openai/gpt-4o-mini"))
    workbench.model_desk.keep_agent(NamedAgent(name="mini", agent=AgentName.FINANCING, definition=definition))
    as_role(Role.EDITOR)
    page = models_page(seccion="agents")
    assert removals(page) == [], "only what is chosen"
    box = next(found for found in page.selectbox if found.key == "models-kept-offline-base-financing")
    page = box.select("mini").run()
    as_role(Role.VIEWER)
    page = page.button(key="models-remove-agent-mini").click().run()
    assert [kept.name for kept in workbench.model_desk.agents()] == ["mini"], "the role is asked again"
    as_role(Role.EDITOR)
    page = page.run().button(key="models-remove-agent-mini").click().run()
    assert not page.exception
    assert workbench.model_desk.agents() == ()
    assert removals(page) == []
