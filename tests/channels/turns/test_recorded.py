"""A worker that dies in a turn: what a model had answered is not asked again, by whoever goes on with the turn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot_core.errors import ModelUnavailable, StoreError
from bot_core.llm.gateway import LLMGateway, LLMRequest, ModelSettings
from bot_core.llm.retrying import Backoff
from bot_core.llm.routing import RoutingGateway
from bot_core.releases.files import FileReleaseSource, with_model
from bot_core.settings import Settings
from bot_core.wiring import BotFactory
from channels.crashing import CrashPoints
from channels.store.store import ChannelStore
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


def use(channel: Channel, factory: BotFactory, model: LLMGateway, crashes: CrashPoints) -> None:
    """A worker of its own on the same database."""
    release = with_model(FileReleaseSource().current(), ModelSettings(model="openai/test", retries=1))
    if release.release_id not in {known.release_id for known in channel.store.core.releases.list()}:
        channel.store.core.releases.add(release, who="test")
    routing = RoutingGateway(
        offline=factory.baseline,
        remote=RecordedGateway(model, channel.store.turns, crashes, pauses=(0.01, 0.01)),
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
    assert set(again) <= {"car_recommendation:reply", "general_info:reply"}


async def test_an_answer_that_could_not_be_kept_is_used_all_the_same(
    channel: Channel, factory: BotFactory, monkeypatch: pytest.MonkeyPatch
):
    def full(*_values: str) -> None:
        raise StoreError("disk full")

    monkeypatch.setattr(channel.store.turns, "keep_call", full)
    model = PaidModel(factory)
    use(channel, factory, model, CrashPoints())
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
