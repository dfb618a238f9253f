from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot_core.errors import Immutable, ModelNotConfigured, ModelUnavailable, PromptError
from bot_core.llm.gateway import ModelSettings
from bot_core.releases.release import AgentDefinition, AgentName
from bot_core.store.records import AIModel, NamedAgent
from bot_core.store.store import Store, memory_store
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import Answer
from workbench.runner.models import ConnectionTest, ModelDesk
from workbench.runner.portal import Portal

ELSEWHERE = "http://evil.example/v1"


@pytest.fixture
def store() -> Store:
    return memory_store()


@pytest.fixture
def desk(store: Store) -> Iterator[ModelDesk]:
    portal = Portal()
    yield ModelDesk(store, portal, key_envs={"PROXY_KEY"})
    portal.close()


def outcome(desk: ModelDesk, settings: ModelSettings) -> ConnectionTest:
    desk.test("t", settings)
    desk._tests["t"].result(timeout=110)
    found = desk.tested("t")
    assert isinstance(found, ConnectionTest)
    return found


def test_a_model_that_answers_says_how_fast(desk: ModelDesk):
    with ModelServer(Answer({"text": "hola"})) as server:
        found = outcome(desk, ModelSettings(model="openai/fake-model", api_base=server.openai_base))
        assert len(server.chats) == 1
    assert (found.answer, found.error) == ("hola", None)
    assert found.usage.input_tokens > 0
    assert found.seconds > 0


def test_a_model_that_is_not_there_is_asked_once_and_explained(desk: ModelDesk):
    settings = ModelSettings(model="openai/x", api_base="http://127.0.0.1:9/v1", retries=5, fallbacks=("openai/y",))
    assert isinstance(outcome(desk, settings).error, ModelUnavailable)


def test_a_missing_key_is_told_by_its_variable(desk: ModelDesk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PROXY_KEY", raising=False)
    error = outcome(desk, ModelSettings(model="openai/x", api_key_env="PROXY_KEY")).error
    assert isinstance(error, ModelNotConfigured)
    assert "PROXY_KEY" in str(error)


def test_the_baseline_needs_no_connection(desk: ModelDesk):
    assert outcome(desk, ModelSettings()).error is None
    assert desk.tested("other") is None


def test_the_machine_shows_that_a_key_is_there_and_never_the_key(desk: ModelDesk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    monkeypatch.delenv("MISTRAL_API_KEY", raising=False)
    machine = desk.machine()
    keys = {key.variable: key.is_set for key in machine.keys}
    assert (keys["OPENAI_API_KEY"], keys["MISTRAL_API_KEY"]) == (True, False)
    assert "very-secret" not in repr(machine)
    assert [server.kind for server in machine.servers] == ["local", "ollama"]


def test_models_and_agents_are_kept_by_name(desk: ModelDesk):
    desk.keep_model(AIModel(name="rápido", settings=ModelSettings(model="openai/gpt-4o-mini")))
    definition = AgentDefinition(prompt="sales/v001", settings=ModelSettings(model="openai/gpt-4o-mini"))
    desk.keep_agent(NamedAgent(name="ventas", agent=AgentName.SALES, definition=definition))
    assert [model.name for model in desk.models()] == ["rápido"]
    assert [agent.name for agent in desk.agents()] == ["ventas"]
    with pytest.raises(PromptError):
        unknown = definition.model_copy(update={"prompt": "sales/v999"})
        desk.keep_agent(NamedAgent(name="mal", agent=AgentName.SALES, definition=unknown))
    desk.remove_model("rápido")
    desk.remove_agent("ventas")
    assert (desk.models(), desk.agents()) == ((), ())


def test_a_configuration_becomes_a_candidate_release(desk: ModelDesk, store: Store):
    settings = ModelSettings(model="openai/gpt-4o-mini", temperature=0.3, fallbacks=("openai/gpt-4o",))
    agents = {AgentName.SALES: AgentDefinition(prompt="sales/v001", settings=settings)}
    made = desk.release_of("offline-base", agents, release_id="ventas-gpt", description="", who="ana")
    assert store.releases.get("ventas-gpt").agents[AgentName.SALES].settings == settings
    assert made.agents[AgentName.GREETING].settings.model == "offline"
    with pytest.raises(Immutable):
        desk.release_of("offline-base", {}, release_id="ventas-gpt", description="", who="ana")
    unknown = {AgentName.SALES: AgentDefinition(prompt="sales/v999")}
    with pytest.raises(PromptError):
        desk.release_of("offline-base", unknown, release_id="otra", description="", who="ana")


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        (
            ModelSettings(model="openai/x", api_base="http://evil.example/v1", api_key_env="TWILIO_AUTH_TOKEN"),
            "variable",
        ),
        (ModelSettings(model="gemini/x", api_base="http://evil.example/v1"), "address"),
        (ModelSettings(model="openai/x", fallbacks=("huggingface/https://evil.example",)), "address"),
    ],
)
def test_a_model_that_would_send_a_secret_elsewhere_is_not_kept(desk: ModelDesk, settings: ModelSettings, fault: str):
    assert desk.key_fault(settings) == fault
    definition = AgentDefinition(prompt="greeting/v001", settings=settings)
    with pytest.raises(ModelNotConfigured):
        desk.keep_model(AIModel(name="m", settings=settings))
    with pytest.raises(ModelNotConfigured):
        desk.keep_agent(NamedAgent(name="a", agent=AgentName.GREETING, definition=definition))
    with pytest.raises(ModelNotConfigured):
        desk.release_of(
            "offline-base", {AgentName.GREETING: definition}, release_id="candidate", description="", who="ana"
        )
    assert desk.models() == ()
    assert desk.agents() == ()
