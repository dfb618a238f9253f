from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot_core.errors import PromptError
from bot_core.llm.gateway import OFFLINE_MODEL, ModelSettings
from bot_core.llm.price_list import Price
from bot_core.prompts.draft import DraftText, text_of
from bot_core.releases.release import AgentName
from bot_core.settings import Settings
from bot_core.store.store import Store, memory_store
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import Answer
from workbench.runner.catalogs import CatalogShelf
from workbench.runner.portal import Portal
from workbench.runner.trials import DRAFT, Trial, TrialDesk, expected_cost

AGENT = AgentName.FINANCING
QUESTION = "cuánto pago al mes por un auto de 300 mil con 60 mil de enganche a 48 meses"


@pytest.fixture
def store() -> Store:
    return memory_store()


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Iterator[TrialDesk]:
    settings = Settings(data_dir=tmp_path)
    portal = Portal()
    yield TrialDesk(settings, store, CatalogShelf(tmp_path / "catalogs", settings.catalog_path), portal)
    portal.close()


@pytest.fixture
def text(store: Store) -> DraftText:
    written = text_of(store.prompts.get("financing/v001"))
    return written.model_copy(update={"objective": "Objetivo <b>nuevo</b>."})


def finished(desk: TrialDesk, trial_id: str) -> Trial:
    future = desk._trials[trial_id]
    future.exception(timeout=110)
    trying = desk.trying(trial_id)
    assert trying
    assert trying.trial, trying.problem
    return trying.trial


def test_a_preview_is_the_prompt_as_sent_with_real_facts_and_no_call(desk: TrialDesk, text: DraftText):
    trial = desk.preview(AGENT, text, (QUESTION,), None)
    [call] = trial.calls
    system, last = call.messages[0], call.messages[-1]
    assert system["content"].startswith("Objetivo <b>nuevo</b>.")
    assert "$6,087.02" in last["content"]
    assert last["content"].endswith(f"<mensaje_cliente>\n{QUESTION}\n</mensaje_cliente>")
    assert call.prompt_id == f"financing/{DRAFT}"
    assert {each.model for each in trial.result.trace.calls} == {OFFLINE_MODEL}


def test_a_message_for_another_agent_leaves_the_preview_empty(desk: TrialDesk, text: DraftText):
    trial = desk.preview(AGENT, text, ("hola",), None)
    assert trial.calls == ()
    assert trial.result.reply.text


def test_earlier_messages_are_the_conversation_before(desk: TrialDesk, text: DraftText):
    trial = desk.preview(AGENT, text, ("busco un versa", "el primero a 48 meses con 60 mil de enganche"), None)
    [call] = trial.calls
    assert "Versa" in call.messages[-1]["content"]
    assert any("busco un versa" in message["content"] for message in call.messages[:-1])


def test_the_intention_has_a_preview_too(desk: TrialDesk, store: Store):
    text = text_of(store.prompts.get("intention/v001"))
    [call] = desk.preview(AgentName.INTENTION, text, ("hola",), None).calls
    assert "cars_on_screen: 0" in call.messages[-1]["content"]


def test_a_faulty_text_is_not_tried(desk: TrialDesk, text: DraftText):
    broken = text.model_copy(update={"context": "{{ nada }}"})
    with pytest.raises(PromptError, match="unknown_variable: nada"):
        desk.preview(AGENT, broken, (QUESTION,), None)
    with pytest.raises(PromptError):
        desk.start("t", AGENT, broken, ModelSettings(), (QUESTION,), None)
    assert desk.trying("t") is None


def test_only_the_agent_of_the_prompt_asks_the_model(desk: TrialDesk, text: DraftText):
    said = (
        "*Simulación, sujeta a aprobación*\nPrecio $300,000, enganche $60,000, a financiar $240,000.\n"
        "48 meses: $6,087.02 al mes."
    )
    with ModelServer(Answer({"text": said})) as server:
        settings = ModelSettings(model="openai/fake-model", api_base=server.openai_base)
        desk.start("t1", AGENT, text, settings, (QUESTION,), None)
        desk.start("t1", AGENT, text, settings, (QUESTION,), None)
        trial = finished(desk, "t1")
        assert 1 <= len(server.chats) <= 2
    assert trial.calls[0].model == "openai/fake-model"
    assert trial.calls[0].messages[0]["content"].startswith("Objetivo <b>nuevo</b>.")
    assert "$6,087.02" in trial.result.reply.text


def test_the_baseline_answers_whatever_the_prompt_says(desk: TrialDesk, text: DraftText, store: Store):
    desk.start("t1", AGENT, text, ModelSettings(), (QUESTION,), None)
    desk.start("t2", AGENT, text_of(store.prompts.get("financing/v002")), ModelSettings(), (QUESTION,), None)
    assert finished(desk, "t1").result.reply == finished(desk, "t2").result.reply


def test_what_a_trial_will_cost_is_told_before(desk: TrialDesk, text: DraftText):
    calls = desk.preview(AGENT, text, (QUESTION,), None).calls
    cost = expected_cost(calls, Price(Decimal(1), Decimal(2)))
    assert 200 < cost.input_tokens < 2_000
    assert cost.usd == (cost.input_tokens + 2 * cost.output_tokens) / Decimal(1_000_000)
    assert expected_cost(calls, None).usd is None
