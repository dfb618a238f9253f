from __future__ import annotations

import pytest

from bot_core.errors import NotFound
from bot_core.llm.gateway import ModelSettings
from bot_core.releases.release import AgentDefinition, AgentName
from bot_core.store.records import AIModel, NamedAgent
from bot_core.store.store import Store


def test_models_are_kept_by_name(store: Store):
    small = AIModel(name="pequeño", settings=ModelSettings(model="ollama_chat/qwen2.5:3b", params={"top_p": 0.9}))
    big = AIModel(name="Grande", settings=ModelSettings(model="openai/gpt-4o"), notes="caro")
    for model in (small, big):
        store.models.put(model)
    assert store.models.list() == (big, small)
    changed = small.model_copy(update={"notes": "barato"})
    store.models.put(changed)
    assert store.models.get("pequeño") == changed
    store.models.remove("pequeño")
    store.models.remove("pequeño")
    assert store.models.list() == (big,)
    with pytest.raises(NotFound, match="no ai_models pequeño"):
        store.models.get("pequeño")


def test_agents_are_kept_by_name(store: Store):
    definition = AgentDefinition(prompt="sales/v001", settings=ModelSettings(model="openai/x"))
    agent = NamedAgent(name="ventas-x", agent=AgentName.SALES, definition=definition)
    store.agents.put(agent)
    assert store.agents.get("ventas-x") == agent
    assert store.agents.list() == (agent,)
