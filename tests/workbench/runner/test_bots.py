from __future__ import annotations

from pathlib import Path

import pytest

from bot_core.errors import ConfigurationError, ModelNotConfigured
from bot_core.llm.discovery import FoundModel
from bot_core.llm.gateway import OFFLINE_MODEL
from bot_core.releases.files import FileReleaseSource
from bot_core.settings import Settings
from workbench.runner.bots import BotChoice, BotShelf, model_settings
from workbench.runner.catalogs import CatalogShelf

OLLAMA = FoundModel("ollama_chat/qwen2.5:3b", "qwen", "http://127.0.0.1:9", "ollama")
OPENAI = FoundModel("openai/gpt-4o-mini", "gpt", None, "provider")


@pytest.fixture
def shelf(tmp_path: Path) -> BotShelf:
    settings = Settings(data_dir=tmp_path)
    catalogs = CatalogShelf(tmp_path / "catalogs", settings.catalog_path)
    return BotShelf(settings, FileReleaseSource(), catalogs, lambda: (OLLAMA, OPENAI))


def test_no_choice_is_the_current_release(shelf: BotShelf):
    assert shelf.bot(BotChoice()).release.release_id == "offline-base"


def test_the_same_choice_is_the_same_bot(shelf: BotShelf):
    assert shelf.bot(BotChoice()) is shelf.bot(BotChoice(release_id="offline-base"))
    assert shelf.bot(BotChoice()) is not shelf.bot(BotChoice(release_id="offline-exacto"))


def test_a_chosen_model_stands_for_every_agent_of_the_release(shelf: BotShelf):
    release = shelf.bot(BotChoice(model=OLLAMA.model)).release
    assert {agent.settings.model for agent in release.agents.values()} == {OLLAMA.model}
    assert {agent.settings.api_base for agent in release.agents.values()} == {OLLAMA.api_base}
    assert release.release_id != "offline-base"


def test_a_model_on_this_machine_gets_the_time_it_needs(shelf: BotShelf):
    own, bought = model_settings(OLLAMA), model_settings(OPENAI)
    assert own.timeout_seconds > bought.timeout_seconds
    assert own.max_concurrency == 1
    patient, usual = shelf.release(BotChoice(model=OLLAMA.model)), shelf.release(BotChoice(model=OPENAI.model))
    assert patient.behaviour.turn_timeout_seconds > usual.behaviour.turn_timeout_seconds


def test_what_is_not_there_is_one_error_of_ours(shelf: BotShelf):
    with pytest.raises(ConfigurationError):
        shelf.bot(BotChoice(release_id="no-such-release"))
    with pytest.raises(ModelNotConfigured):
        shelf.bot(BotChoice(model="openai/gpt-9"))


def test_many_choices_do_not_pile_up(shelf: BotShelf):
    first = shelf.bot(BotChoice())
    for number in range(20):
        shelf.bot(BotChoice(release_id="offline-exacto", catalog_id=f"{number:016x}"))
    assert shelf.bot(BotChoice()) is not first
    assert {a.settings.model for a in shelf.bot(BotChoice()).release.agents.values()} == {OFFLINE_MODEL}
