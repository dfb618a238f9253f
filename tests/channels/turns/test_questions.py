"""The same question again costs nothing; what has a price or a person in it is asked every time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot_core.errors import StoreError
from bot_core.llm.gateway import ModelSettings
from bot_core.messages import InboundMessage
from bot_core.orchestrator import TurnResult
from bot_core.releases.files import FileReleaseSource, with_model
from bot_core.sessions.state import ConversationState
from bot_core.settings import Settings
from bot_core.trace import Usage
from bot_core.wiring import BotFactory
from channels.observability.metrics import Metrics
from channels.store.store import ChannelStore
from channels.turns.questions import CACHED, CachingGateway, open_questions
from tests.fakes.paid_model import PaidModel

QUESTION = "¿Cuál es el horario de sus sucursales?"


class Bot:
    def __init__(self, store: ChannelStore, tmp_path: Path, *, model: str = "openai/test") -> None:
        base = BotFactory(settings=Settings(_env_file=None, data_dir=tmp_path))
        self.paid = PaidModel(base)
        self.questions = open_questions(base)
        self.metrics = Metrics()
        gateway = CachingGateway(
            self.paid, self.questions, store.answers, keep=timedelta(hours=1), metrics=self.metrics
        )
        factory = BotFactory(catalog=base.catalog, knowledge=base.knowledge, gateway=gateway, leads=store.core.leads)
        self.bot = factory.build(with_model(FileReleaseSource().current(), ModelSettings(model=model)))

    async def ask(self, text: str, state: ConversationState | None = None) -> tuple[TurnResult, int]:
        """The turn, and how many calls were paid for it."""
        before = len(self.paid.asked)
        state = state or ConversationState(conversation_id="c")
        result = await self.bot.handle([InboundMessage(text=text, profile_name="Ana")], state)
        return result, len(self.paid.asked) - before

    def count(self, result: str) -> float:
        found = self.metrics.registry.get_sample_value
        return sum(
            found("whatsapp_frequent_questions_total", {"result": result, "purpose": purpose}) or 0
            for purpose in ("intention", "reply")
        )


@pytest.fixture
def bot(store: ChannelStore, tmp_path: Path) -> Bot:
    return Bot(store, tmp_path)


async def test_the_same_question_again_is_not_paid_for(bot: Bot, store: ChannelStore, tmp_path: Path):
    first, paid = await bot.ask(QUESTION)
    assert paid == 2
    again, paid = await bot.ask("cual es el horario de sus sucursales")
    assert paid == 0
    assert again.reply == first.reply
    assert again.trace.usage == Usage()
    assert {attempt.model for call in again.trace.calls for attempt in call.attempts} == {CACHED}
    assert (bot.count("hit"), bot.count("miss")) == (2, 2)
    other_process, paid = await Bot(store, tmp_path).ask(QUESTION)
    assert (paid, other_process.reply) == (0, first.reply)


async def test_another_model_answers_for_itself(bot: Bot, store: ChannelStore, tmp_path: Path):
    await bot.ask(QUESTION)
    _, paid = await Bot(store, tmp_path, model="openai/other").ask(QUESTION)
    assert paid == 2


async def test_another_knowledge_is_another_question(bot: Bot):
    await bot.ask(QUESTION)
    bot.questions.knowledge_version = "newer"
    _, paid = await bot.ask(QUESTION)
    assert paid == 2


@pytest.mark.parametrize(
    "text",
    [
        "¿cuánto cuesta un Versa 2020?",
        "¿cuánto pagaría al mes por uno de 250 mil?",
        "me llamo Ana, ¿cuál es el horario de sus sucursales?",
        "mi cel es 55 1234 5678, ¿dónde están?",
        "quiero hablar con un asesor",
        "hola",
    ],
)
async def test_prices_people_and_small_talk_are_asked_every_time(bot: Bot, text: str):
    _, first = await bot.ask(text)
    _, second = await bot.ask(text)
    assert first == second
    assert bot.count("hit") == 0


async def test_an_answer_that_names_an_amount_is_not_kept(bot: Bot):
    bot.paid.rewrite = lambda text: f"{text} Cuesta $1,000 pesos."
    await bot.ask(QUESTION)
    _, paid = await bot.ask(QUESTION)
    assert paid >= 1, "the reading may be kept, the words not"


async def test_what_was_said_in_a_conversation_is_not_kept(bot: Bot):
    talked, _ = await bot.ask("hola, soy Ana")
    await bot.ask(QUESTION, talked.state)
    _, paid = await bot.ask(QUESTION)
    assert paid == 2


async def test_a_known_answer_serves_a_conversation_too(bot: Bot):
    first, _ = await bot.ask(QUESTION)
    talked, _ = await bot.ask("hola")
    again, paid = await bot.ask(QUESTION, talked.state)
    assert (paid, again.reply.text) == (0, first.reply.text)
    assert again.state.turns == talked.state.turns + 1


async def test_while_the_bot_waits_for_an_answer_nothing_is_a_frequent_question(bot: Bot):
    await bot.ask("¿dónde están?")
    asked, _ = await bot.ask("quiero agendar una cita para ver un jetta")
    assert asked.state.pending or asked.state.lead
    _, paid = await bot.ask("¿dónde están?", asked.state)
    assert paid >= 1


async def test_a_cache_that_is_away_is_an_empty_one(bot: Bot, store: ChannelStore, monkeypatch: pytest.MonkeyPatch):
    def away(*_values: object, **_options: object) -> None:
        raise StoreError("away")

    for name in ("get", "put"):
        monkeypatch.setattr(store.answers, name, away)
    for _ in range(2):
        result, paid = await bot.ask(QUESTION)
        assert paid == 2
        assert "horario" in result.reply.text.lower()
