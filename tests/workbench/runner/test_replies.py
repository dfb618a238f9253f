from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from bot_core.errors import ModelTimeout, NotFound
from bot_core.messages import BotReply, InboundMessage
from bot_core.orchestrator import OrchestrationService, TurnResult
from bot_core.releases.files import FileReleaseSource
from bot_core.sessions.state import ConversationState
from bot_core.store.store import Store, open_store
from bot_core.trace import TurnTrace
from tests.fakes.activity import talk
from workbench.runner.bots import BotChoice
from workbench.runner.network import Network, is_delivered
from workbench.runner.portal import Portal
from workbench.runner.replies import ReplyDesk, Waiting
from workbench.runner.unanswered import UnansweredJournal

SECONDS = 10.0


@dataclass
class HeldBot:
    """Answers with what it was told, but only when the test lets it."""

    seen: list[tuple[str, ...]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    reached: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    release = FileReleaseSource().current()

    async def handle(self, messages: Sequence[InboundMessage], state: ConversationState) -> TurnResult:
        self.seen.append(tuple(message.text for message in messages))
        self.reached.release()
        await asyncio.to_thread(self.gate.wait, SECONDS)
        if self.failures:
            raise self.failures.pop(0)
        trace = TurnTrace(tracking_id=messages[0].message_id, release_id=self.release.release_id)
        after = state.model_copy(update={"turns": state.turns + 1})
        return TurnResult(BotReply(text="; ".join(message.text for message in messages)), after, trace)


@pytest.fixture
def bot() -> HeldBot:
    return HeldBot()


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'kavak.db'}")
    yield opened
    opened.close()


@pytest.fixture
def desk(bot: HeldBot, stores: Store) -> Iterator[ReplyDesk]:
    portal = Portal()
    yield ReplyDesk(portal, stores.conversations, lambda choice: cast(OrchestrationService, bot))
    bot.gate.set()
    portal.close()


def message(text: str) -> InboundMessage:
    return InboundMessage(text=text, message_id=f"id-{text}")


def settled(desk: ReplyDesk, conversation: str = "c") -> None:
    deadline = threading.Event()
    for _ in range(int(SECONDS * 100)):
        if not desk.waiting(conversation).busy:
            return
        deadline.wait(0.01)
    raise AssertionError("the reply did not come")


def replies(desk: ReplyDesk, conversation: str = "c") -> list[str]:
    return [turn.reply.text for turn in desk.turns(conversation)]


def test_sending_returns_at_once_and_the_reply_is_stored_without_the_page(desk: ReplyDesk, bot: HeldBot):
    assert desk.send("c", [message("hola")], BotChoice())
    assert bot.reached.acquire(timeout=SECONDS)
    waiting = desk.waiting("c")
    assert waiting.busy
    assert [m.text for m in waiting.reading] == ["hola"]
    bot.gate.set()
    settled(desk)
    assert replies(desk) == ["hola"]
    assert desk.waiting("c") == type(waiting)()


def test_messages_sent_meanwhile_are_one_turn_in_their_order(desk: ReplyDesk, bot: HeldBot):
    desk.send("c", [message("uno")], BotChoice())
    assert bot.reached.acquire(timeout=SECONDS)
    desk.send("c", [message("dos")], BotChoice())
    desk.send("c", [message("tres"), message("cuatro")], BotChoice())
    assert [m.text for m in desk.waiting("c").queued] == ["dos", "tres", "cuatro"]
    bot.gate.set()
    settled(desk)
    assert bot.seen == [("uno",), ("dos", "tres", "cuatro")]
    assert replies(desk) == ["uno", "dos; tres; cuatro"]


def test_a_message_that_is_sent_again_is_answered_once(desk: ReplyDesk, bot: HeldBot):
    desk.send("c", [message("hola")], BotChoice())
    assert bot.reached.acquire(timeout=SECONDS)
    assert not desk.send("c", [message("hola")], BotChoice())
    bot.gate.set()
    settled(desk)
    assert not desk.send("c", [message("hola")], BotChoice())
    assert desk.send("c", [message("hola"), message("sigo aquí")], BotChoice())
    settled(desk)
    assert replies(desk) == ["hola", "sigo aquí"]


def test_many_tabs_that_send_the_same_message_make_one_turn(desk: ReplyDesk, bot: HeldBot):
    tabs = [threading.Thread(target=desk.send, args=("c", [message("hola")], BotChoice())) for _ in range(8)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    bot.gate.set()
    settled(desk)
    assert bot.seen == [("hola",)]


def test_a_failure_keeps_the_messages_and_a_retry_answers_them(desk: ReplyDesk, bot: HeldBot):
    bot.failures.append(ModelTimeout("slow", model="m"))
    bot.gate.set()
    desk.send("c", [message("hola")], BotChoice())
    settled(desk)
    waiting = desk.waiting("c")
    assert isinstance(waiting.problem, ModelTimeout)
    assert [m.text for m in waiting.queued] == ["hola"]
    assert replies(desk) == []
    desk.retry("c", BotChoice())
    settled(desk)
    assert desk.waiting("c").problem is None
    assert replies(desk) == ["hola"]


def test_writing_again_after_a_failure_answers_everything_together(desk: ReplyDesk, bot: HeldBot):
    bot.failures.append(ModelTimeout("slow", model="m"))
    bot.gate.set()
    desk.send("c", [message("hola")], BotChoice())
    settled(desk)
    desk.send("c", [message("¿hola?")], BotChoice())
    settled(desk)
    assert replies(desk) == ["hola; ¿hola?"]


def test_conversations_do_not_wait_for_each_other(desk: ReplyDesk, bot: HeldBot):
    for number in range(5):
        desk.send(f"c{number}", [message(f"m{number}")], BotChoice())
    for _ in range(5):
        assert bot.reached.acquire(timeout=SECONDS)
    bot.gate.set()
    for number in range(5):
        settled(desk, f"c{number}")
        assert replies(desk, f"c{number}") == [f"m{number}"]


def test_the_state_of_one_turn_is_the_start_of_the_next(desk: ReplyDesk, bot: HeldBot, stores: Store):
    bot.gate.set()
    for text in ("uno", "dos"):
        desk.send("c", [message(text)], BotChoice())
        settled(desk)
    assert stores.conversations.get("c").state.turns == 2


def test_an_unknown_conversation_has_no_turns_and_nothing_to_retry(desk: ReplyDesk, stores: Store):
    assert desk.turns("nobody") == ()
    desk.retry("nobody", BotChoice())
    assert not desk.waiting("nobody").busy
    with pytest.raises(NotFound):
        stores.conversations.get("nobody")


def test_a_turn_that_another_process_stored_is_seen(desk: ReplyDesk, bot: HeldBot, stores: Store):
    bot.gate.set()
    desk.send("c", [message("uno")], BotChoice())
    settled(desk)
    assert replies(desk) == ["uno"]
    conversation = stores.conversations.get("c")
    turn = TurnResult(
        BotReply(text="de otro lado"), conversation.state, TurnTrace(tracking_id="other", release_id="offline-base")
    )
    stores.conversations.append_turn("c", [message("dos")], turn, expected_version=conversation.version)
    assert replies(desk) == ["uno", "de otro lado"]


def test_a_killed_process_answers_what_was_sent_when_it_is_back(bot: HeldBot, stores: Store, tmp_path: Path):
    journal = UnansweredJournal(tmp_path / "unanswered")
    first = Portal()
    before = ReplyDesk(first, stores.conversations, lambda choice: cast(OrchestrationService, bot), journal)
    before.send("c", [message("a")], BotChoice())
    assert bot.reached.acquire(timeout=SECONDS)
    before.send("c", [message("b")], BotChoice())
    bot.gate.set()
    first.close()

    second = Portal()
    try:
        after = ReplyDesk(second, stores.conversations, lambda choice: cast(OrchestrationService, bot), journal)
        after.resume()
        settled(after)
        said = [one.text for turn in after.turns("c") for one in turn.messages]
        assert sorted(said) == ["a", "b"]
        assert journal.all() == ()
    finally:
        second.close()


def test_what_was_answered_before_the_kill_is_not_answered_again(bot: HeldBot, stores: Store, tmp_path: Path):
    journal = UnansweredJournal(tmp_path / "unanswered")
    portal = Portal()
    bot.gate.set()
    try:
        desk = ReplyDesk(portal, stores.conversations, lambda choice: cast(OrchestrationService, bot), journal)
        desk.send("c", [message("a")], BotChoice())
        settled(desk)
        journal.keep("c", BotChoice(), [message("a")])
        desk.resume()
        settled(desk)
        assert len(desk.turns("c")) == 1
        assert journal.all() == ()
    finally:
        portal.close()


def test_a_slow_network_keeps_a_message_on_its_way(desk: ReplyDesk, bot: HeldBot):
    bot.gate.set()
    desk.send("c", [message("a")], BotChoice(), network=Network(delay_seconds=0.2))
    waiting = desk.waiting("c")
    assert [one.text for one in waiting.travelling] == ["a"]
    assert waiting.busy
    assert not desk.send("c", [message("a")], BotChoice())
    settled(desk)
    assert replies(desk) == ["a"]


def test_a_message_that_arrives_twice_is_answered_once(desk: ReplyDesk, bot: HeldBot):
    bot.gate.set()
    desk.send("c", [message("a")], BotChoice(), network=Network(twice=True))
    settled(desk)
    assert replies(desk) == ["a"]
    assert desk.repeated("id-a")
    assert not desk.repeated("id-b")


def test_a_reply_after_a_day_would_not_be_delivered(desk: ReplyDesk, bot: HeldBot):
    bot.gate.set()
    desk.send("c", [message("a")], BotChoice(), network=Network(late=True))
    settled(desk)
    desk.send("c", [message("b")], BotChoice())
    settled(desk)
    assert [is_delivered(turn) for turn in desk.turns("c")] == [False, True]


def test_a_conversation_of_another_channel_is_neither_read_nor_written_here(desk: ReplyDesk, stores: Store):
    talk(stores, "mi cel es 55 1234 5678", conversation_id="w", channel="whatsapp")
    assert desk.is_foreign("w")
    assert not desk.send("w", [message("a")], BotChoice())
    assert desk.waiting("w") == Waiting()
    assert desk.spoken("w") == ()
    assert desk.turns("w") == ()
    with pytest.raises(NotFound):
        desk.turn("w-1")
    assert len(stores.conversations.turns("w")) == 1


def test_a_conversation_that_nobody_has_begun_is_no_foreign_one(desk: ReplyDesk):
    assert not desk.is_foreign("new")
