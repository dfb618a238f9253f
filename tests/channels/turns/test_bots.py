"""Which release answers: the promoted one within seconds, the same one for the whole of a turn, a share of each in a
split."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot_core.errors import ConfigurationError
from bot_core.orchestrator import OrchestrationService
from bot_core.releases.files import FileReleaseSource
from bot_core.releases.release import Release
from bot_core.settings import Settings
from bot_core.wiring import BotFactory
from channels.store.store import CHANNEL, ChannelStore
from channels.turns.bots import FRESH_SECONDS, Bots, share_of
from tests.fakes.channel import Channel

NEXT = "offline-exacto"


@pytest.fixture
def factory(tmp_path: Path) -> BotFactory:
    return BotFactory(settings=Settings(_env_file=None, data_dir=tmp_path))


def test_a_promotion_is_served_within_seconds(store: ChannelStore, factory: BotFactory):
    now = [0.0]
    bots = Bots(factory, store.core.releases, clock=lambda: now[0])
    served = bots.release_for("c")
    store.core.releases.promote(NEXT, who="ana", reason="better")
    now[0] = FRESH_SECONDS + 0.1
    assert bots.release_for("c") == NEXT != served
    assert bots.of(NEXT).release.release_id == NEXT
    store.core.releases.roll_back(who="ana", reason="worse")
    now[0] += FRESH_SECONDS + 0.1
    assert bots.release_for("c") == served
    assert FRESH_SECONDS <= 5


async def test_a_turn_keeps_the_release_it_began_with(channel: Channel, factory: BotFactory):
    """Promoted while the bot thinks, then the worker dies before the turn's end: the turn goes on as it began."""
    bots = Bots(factory, channel.store.core.releases, clock=lambda: 0.0)
    channel.bots = bots
    channel.__post_init__()
    customer_id = channel.receive("hola")
    fence = channel.store.people.claim(customer_id, "a worker", 60)
    assert fence
    await channel.turns.think(customer_id, fence)
    before = bots.release_for("c")
    channel.store.core.releases.promote(NEXT, who="ana", reason="better")
    channel.bots = Bots(factory, channel.store.core.releases)
    channel.__post_init__()
    channel.store.people.renew(["a worker"], -1)
    await channel.serve(customer_id, "the next worker")
    await channel.talk("¿tienen jetta?")
    conversation = channel.store.core.conversations.find(CHANNEL, customer_id)
    assert conversation
    turns = channel.store.core.conversations.turns(conversation.conversation_id)
    assert [turn.trace.release_id for turn in turns] == [before, NEXT]


def test_a_split_keeps_a_conversation_at_its_release(store: ChannelStore, factory: BotFactory):
    split = {"offline-base": 1, NEXT: 3}
    one, other = (Bots(factory, store.core.releases, split=split) for _ in range(2))
    found = Counter(one.release_for(f"conversation-{n}") for n in range(2000))
    assert all(one.release_for(f"conversation-{n}") == other.release_for(f"conversation-{n}") for n in range(50))
    assert 0.7 < found[NEXT] / 2000 < 0.8


@given(st.dictionaries(st.text("abc", min_size=1, max_size=4), st.integers(0, 5), min_size=1), st.text(max_size=20))
def test_every_conversation_gets_one_of_the_split(split: dict[str, int], conversation_id: str):
    served = share_of(conversation_id, split)
    assert served in split
    assert split[served] > 0 or not any(split.values())


def test_an_unknown_release_says_which_are_known(store: ChannelStore, factory: BotFactory):
    with pytest.raises(ConfigurationError, match="offline-base"):
        Bots(factory, store.core.releases).of("nosuch")


def test_a_release_without_guardrails_is_refused(store: ChannelStore, factory: BotFactory):
    shipped = FileReleaseSource().current()
    behaviour = shipped.behaviour.model_copy(update={"guardrails": False})
    store.core.releases.add(shipped.model_copy(update={"release_id": "bare", "behaviour": behaviour}), who="ana")
    with pytest.raises(ConfigurationError, match="guardrails"):
        Bots(factory, store.core.releases).of("bare")
    with pytest.raises(ConfigurationError, match="KAVAK_WHATSAPP_SPLIT: release bare has its guardrails off"):
        Bots(factory, store.core.releases, split={"offline-base": 1, "bare": 1}).warm_up()


@pytest.mark.parametrize("split", [{"nosuch": 50, "offline-base": 50}, {"offline-base": 50, "nosuch": 0}])
def test_an_unknown_release_of_a_split_is_refused_at_the_start(
    split: dict[str, int], store: ChannelStore, factory: BotFactory
):
    with pytest.raises(ConfigurationError, match="KAVAK_WHATSAPP_SPLIT: no release 'nosuch'") as told:
        Bots(factory, store.core.releases, split=split).warm_up()
    (line,) = str(told.value).splitlines()
    assert "offline-base" in line
    assert NEXT in line


def test_the_releases_of_a_split_are_built_at_the_start(
    store: ChannelStore, factory: BotFactory, monkeypatch: pytest.MonkeyPatch
):
    built: list[str] = []
    build = factory.build

    def counted(release: Release) -> OrchestrationService:
        built.append(release.release_id)
        return build(release)

    monkeypatch.setattr(factory, "build", counted)
    bots = Bots(factory, store.core.releases, split={"offline-base": 0, NEXT: 1})
    bots.warm_up()
    assert built == ["offline-base", NEXT]
    assert bots.of(bots.release_for("c")).release.release_id == NEXT
    assert len(built) == 2, "no customer waits for it"
