"""A worker that dies in a turn: what a model had answered is not asked again, by whoever goes on with the turn."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from bot_core.errors import ModelUnavailable, StoreError
from bot_core.llm.gateway import LLMGateway, LLMRequest, ModelSettings
from bot_core.llm.retrying import Backoff
from bot_core.llm.routing import RoutingGateway
from bot_core.messages import utc_now
from bot_core.releases.files import FileReleaseSource, with_model
from bot_core.settings import Settings
from bot_core.wiring import BotFactory
from channels.crashing import CrashPoints
from channels.store.records import OpenTurn
from channels.store.store import ChannelStore
from channels.store.turns import OpenTurns
from channels.turns.bots import Bots
from channels.turns.recorded import RecordedGateway
from tests.fakes.channel import Channel
from tests.fakes.paid_model import PaidModel

TEXT = "¿tienen jetta y cuál es el horario de la sucursal de Puebla?"


class Killed(BaseException):
    """As far as the turn can tell: no handler runs, nothing is written after it."""


class KillAt(CrashPoints):
    def __init__(self, point: str, passage: int = 1) -> None:
        super().__init__()
        self._point = point
        self._left = passage

    def reached(self, point: str) -> None:
        self._left -= point == self._point
        if point == self._point and self._left == 0:
            raise Killed


@pytest.fixture
def factory(tmp_path: Path) -> BotFactory:
    return BotFactory(settings=Settings(_env_file=None, data_dir=tmp_path))


def use(
    channel: Channel, factory: BotFactory, model: LLMGateway, crashes: CrashPoints, *, patience: float = 8.0
) -> None:
    """A worker of its own on the same database."""
    release = with_model(FileReleaseSource().current(), ModelSettings(model="openai/test", retries=1))
    if release.release_id not in {known.release_id for known in channel.store.core.releases.list()}:
        channel.store.core.releases.add(release, who="test")
    routing = RoutingGateway(
        offline=factory.baseline,
        remote=RecordedGateway(model, channel.store.turns, crashes, pause=0.01, patience=patience),
        backoff=Backoff(initial=0, jitter=0),
    )
    built = BotFactory(
        catalog=factory.catalog, knowledge=factory.knowledge, gateway=routing, leads=channel.store.core.leads
    )
    channel.bots = Bots(built, channel.store.core.releases, pinned=release.release_id)
    channel.__post_init__()
    channel.turns._crashes = crashes


async def killed_then_served(
    channel: Channel, factory: BotFactory, crashes: CrashPoints
) -> tuple[list[str], list[str]]:
    """What the killed worker had asked, and what the next one asks."""
    first, second = PaidModel(factory), PaidModel(factory)
    use(channel, factory, first, crashes)
    customer_id = channel.receive(TEXT)
    with pytest.raises(BaseException) as death:
        await channel.serve(customer_id)
    assert isinstance(death.value, Killed) or "Killed" in repr(death.value)
    channel.store.people.renew(["a worker"], -1)
    use(channel, factory, second, CrashPoints())
    assert await channel.serve(customer_id, "the next worker") == "rested"
    assert len(channel.twilio.outbound) == 2
    return first.asked, second.asked


async def test_a_finished_turn_asks_nothing_again(channel: Channel, factory: BotFactory):
    asked, again = await killed_then_served(channel, factory, KillAt("after_model"))
    assert (len(asked), again) == (3, [])


async def test_only_the_call_on_the_wire_is_asked_again(channel: Channel, factory: BotFactory):
    asked, again = await killed_then_served(channel, factory, KillAt("during_model", passage=2))
    assert asked[0] == "intention:intention"
    assert "intention:intention" not in again
    assert len(again) == 1
    assert set(again) <= {"car_recommendation:reply", "general_info:reply"}


async def test_an_answer_that_could_not_be_kept_is_used_all_the_same(
    channel: Channel, factory: BotFactory, monkeypatch: pytest.MonkeyPatch
):
    def full(*_values: str) -> None:
        raise StoreError("disk full")

    monkeypatch.setattr(channel.store.turns, "keep_call", full)
    model = PaidModel(factory)
    use(channel, factory, model, CrashPoints(), patience=0.02)
    await channel.serve(channel.receive(TEXT))
    assert len(model.asked) == 3
    assert len(channel.twilio.outbound) == 2


async def test_an_answer_waits_for_a_database_that_is_away_for_a_moment(
    channel: Channel, factory: BotFactory, monkeypatch: pytest.MonkeyPatch
):
    keep, faults = channel.store.turns.keep_call, iter([True, True])
    kept: list[str] = []

    def sometimes(*values: str) -> None:
        if next(faults, False):
            raise StoreError("starting up")
        keep(*values)
        kept.append(values[1])

    monkeypatch.setattr(channel.store.turns, "keep_call", sometimes)
    use(channel, factory, PaidModel(factory), CrashPoints())
    await channel.serve(channel.receive(TEXT))
    assert len(kept) == 3


class Away:
    """The database is away for answers until `back`."""

    def __init__(self, turns: OpenTurns, monkeypatch: pytest.MonkeyPatch) -> None:
        self._keep = turns.keep_call
        self.is_back = self.was_asked = False
        self.stored = threading.Event()
        monkeypatch.setattr(turns, "keep_call", self)

    def __call__(self, *values: str) -> None:
        self.was_asked = True
        if not self.is_back:
            raise StoreError("away")
        self._keep(*values)
        self.stored.set()

    async def back(self) -> None:
        """All that waited is stored."""
        self.is_back = True
        assert await asyncio.to_thread(self.stored.wait, 10)


async def given_up(
    channel: Channel, factory: BotFactory, away: Away, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, PaidModel]:
    """A turn whose lease was over when its first answer was to be kept; the customer's id and the model."""
    channel.settings = channel.settings.model_copy(update={"lease_seconds": 0.6})
    model = PaidModel(factory)
    use(channel, factory, model, CrashPoints())
    monkeypatch.setattr(channel.leases, "are_over", lambda *, since: away.was_asked)
    customer_id = channel.receive(TEXT)
    assert await channel.serve(customer_id) == "lost"
    assert model.asked == ["intention:intention"]
    channel.store.people.renew(["a worker"], -1)
    channel.settings = channel.settings.model_copy(update={"lease_seconds": 15.0})
    return customer_id, model


async def test_an_answer_is_kept_though_its_turn_was_given_up_while_the_database_was_away(
    channel: Channel, factory: BotFactory, monkeypatch: pytest.MonkeyPatch
):
    away = Away(channel.store.turns, monkeypatch)
    customer_id, _ = await given_up(channel, factory, away, monkeypatch)
    await away.back()
    second = PaidModel(factory)
    use(channel, factory, second, CrashPoints())
    assert await channel.serve(customer_id, "another worker") == "rested"
    assert "intention:intention" not in second.asked
    assert len(second.asked) == 2


async def test_a_worker_that_goes_on_before_its_answer_is_kept_does_not_ask_again(
    channel: Channel, factory: BotFactory, monkeypatch: pytest.MonkeyPatch
):
    away = Away(channel.store.turns, monkeypatch)
    customer_id, model = await given_up(channel, factory, away, monkeypatch)
    channel.__post_init__()
    going_on = asyncio.create_task(channel.serve(customer_id, "the same worker"))
    async with asyncio.timeout(15):
        while len(model.asked) < 2:
            await asyncio.sleep(0.01)
    await away.back()
    assert await going_on == "rested"
    assert len(model.asked) == 3
    assert model.asked.count("intention:intention") == 1


async def test_an_answer_for_a_turn_that_is_over_leaves_nothing(channel: Channel):
    turns = channel.store.turns
    customer_id = channel.receive(TEXT)
    turn = OpenTurn(
        customer_id=customer_id,
        tracking_id="t1",
        generation=0,
        last_position=1,
        release_id="r",
        result="",
        started_at=utc_now(),
    )
    with channel.store.database.write() as connection:
        turns.put(connection, turn)
    turns.keep_call("t1", "first", "a")
    with channel.store.database.write() as connection:
        turns.close(connection, turn)
    turns.keep_call("t1", "second", "b")
    assert (turns.call("t1", "first"), turns.call("t1", "second")) == (None, None)


async def test_an_error_is_no_answer(channel: Channel, factory: BotFactory, store: ChannelStore):
    faults = iter([True])

    async def fails_once(request: LLMRequest[Any]) -> None:
        if next(faults, False):
            raise ModelUnavailable("down", model=request.settings.model)

    model = PaidModel(factory, fails_once)
    use(channel, factory, model, CrashPoints())
    customer_id = channel.receive(TEXT)
    await channel.serve(customer_id)
    assert model.asked[:2] == ["intention:intention"] * 2
    conversation = store.core.conversations.find("whatsapp", customer_id)
    assert conversation
    (turn,) = store.core.conversations.turns(conversation.conversation_id)
    assert not turn.trace.used_fallback
