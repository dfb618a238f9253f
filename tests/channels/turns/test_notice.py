"""The privacy notice is given when Twilio has accepted it: before the first reply, and once."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot_core.messages import utc_now
from bot_core.settings import Settings
from channels.store.records import DeliveryEvent, OutboxKind, OutboxState
from channels.texts import notice, phrases
from channels.turns.bots import open_bots
from tests.fakes.channel import Channel
from tests.fakes.slow_bot import SlowBot
from tests.fakes.twilio_server import TwilioServer
from tests.fakes.webhooks import CUSTOMER, new_sid

NOTICE = notice("")
ACTIONS = (
    "message", "63013", "429", "500", "500_sent", "start and die", "send and die", "callbacks", "bring back", "ok",
)  # fmt: skip
_numbers = itertools.count(1)


@pytest.fixture
def channel(channel: Channel) -> Channel:
    channel.bots = SlowBot()
    channel.__post_init__()
    return channel


def rows(channel: Channel) -> list[tuple[str, str, str]]:
    customer_id = channel.store.people.find(CUSTOMER)[0].customer_id
    return [(out.kind.value, out.state.value, out.error) for out in channel.store.outbox.of(customer_id)]


def noticed(channel: Channel) -> bool:
    return channel.store.people.find(CUSTOMER)[0].noticed_at is not None


async def test_a_refused_notice_holds_its_reply_and_comes_before_the_next_one(channel: Channel):
    channel.twilio.script("63013")
    assert await channel.talk("uno") == []
    assert rows(channel) == [("notice", "failed", "63013"), ("reply", "failed", "no_notice")]
    assert not noticed(channel)
    assert await channel.talk("dos") == [NOTICE, "eco: dos"]
    assert noticed(channel)
    assert await channel.talk("tres") == ["eco: tres"]


async def test_a_notice_that_is_too_old_holds_its_reply(channel: Channel):
    channel.settings = channel.settings.model_copy(update={"retry_hours": 0.0, "retry_longest_seconds": 0.01})
    channel.__post_init__()
    channel.twilio.script("429")
    assert await channel.talk("uno") == []
    assert rows(channel) == [("notice", "failed", "expired_20429"), ("reply", "failed", "no_notice")]
    assert await channel.talk("dos") == [NOTICE, "eco: dos"]


async def test_while_a_notice_is_on_its_way_no_other_is_written(channel: Channel):
    channel.settings = channel.settings.model_copy(update={"retry_seconds": 16.0})
    channel.__post_init__()
    channel.twilio.script("429")
    await channel.serve(channel.receive("uno"))
    await channel.serve(channel.receive("dos"))
    assert [kind for kind, _, _ in rows(channel)] == ["notice", "reply", "reply"]
    assert not noticed(channel)


async def test_a_callback_counts_as_acceptance(channel: Channel):
    customer_id = channel.receive("hola")
    fence = channel.store.people.claim(customer_id, "a worker", 60)
    assert fence is not None
    await channel.turns.think(customer_id, fence)
    channel.turns.commit(customer_id, fence)
    assert not noticed(channel), "written is not given"
    first = channel.store.outbox.of(customer_id)[0]
    event = DeliveryEvent(message_sid=new_sid(), status="sent", outbox_id=first.outbox_id, received_at=utc_now())
    channel.store.deliveries.report(event)
    assert noticed(channel)


async def test_a_notice_that_was_brought_back_after_another_is_not_sent(channel: Channel):
    channel.twilio.script("63013")
    await channel.talk("uno")
    await channel.talk("dos")
    customer_id = channel.store.people.find(CUSTOMER)[0].customer_id
    first = channel.store.outbox.of(customer_id)[0]
    with channel.store.database.write() as connection:
        channel.store.outbox.bring_back(connection, first.outbox_id)
    await channel.serve(customer_id)
    assert rows(channel)[0] == ("notice", "cancelled", "noticed")


async def test_a_notice_of_unknown_end_is_not_written_again_until_a_person_has_looked(channel: Channel):
    channel.settings = channel.settings.model_copy(update={"resend_unlisted": False})
    channel.__post_init__()
    channel.twilio.script("500")
    assert await channel.talk("uno") == []
    assert await channel.talk("dos") == []
    assert rows(channel) == [
        ("notice", "failed", "unsettled"),
        ("reply", "failed", "no_notice"),
        ("reply", "failed", "no_notice"),
    ]


async def test_a_notice_that_a_take_over_stopped_is_written_again(channel: Channel):
    customer_id = channel.receive("uno")
    fence = channel.store.people.claim(customer_id, "a worker", 60)
    assert fence is not None
    await channel.turns.think(customer_id, fence)
    channel.turns.commit(customer_id, fence)
    with channel.store.database.write() as connection:
        channel.store.people.hand_off(connection, customer_id, who="Luis", reason="call")
    await channel.serve(customer_id)
    assert channel.twilio.outbound == []
    with channel.store.database.write() as connection:
        channel.store.people.hand_back(connection, customer_id)
    assert await channel.talk("dos") == [NOTICE, "eco: dos"]


async def test_an_apology_to_a_new_customer_has_its_notice_too(channel: Channel):
    bot = SlowBot()
    bot.faults = [RuntimeError("kaputt")] * 3
    channel.bots = bot
    channel.__post_init__()
    assert await channel.talk("uno") == [NOTICE, phrases().apology]
    assert await channel.talk("dos") == ["eco: dos"]


async def test_an_apology_waits_for_nobody_when_a_person_took_over(channel: Channel):
    bot = SlowBot()
    bot.faults = [RuntimeError("kaputt")] * 3
    channel.bots = bot
    channel.settings = channel.settings.model_copy(update={"retry_seconds": 16.0})
    channel.__post_init__()
    channel.twilio.default = "429"
    customer_id = channel.receive("uno")
    fence = channel.store.people.claim(customer_id, "a worker", 60)
    assert fence is not None
    for _ in range(4):
        await channel.turns.think(customer_id, fence)
    with channel.store.database.write() as connection:
        channel.store.people.hand_off(connection, customer_id, who="Luis", reason="call")
    await channel.serve(customer_id, "a worker")
    assert rows(channel) == [("notice", "cancelled", "handed_off"), ("apology", "cancelled", "handed_off")]


async def test_the_confirmation_of_an_opt_out_needs_no_notice(channel: Channel, core: Settings):
    channel.bots = open_bots(channel.settings, channel.store, core, metrics=channel.metrics)
    channel.__post_init__()
    (goodbye,) = await channel.talk("BAJA")
    assert "ya no te enviaré" in goodbye
    texts = await channel.talk("¿tienen jetta?")
    assert texts[0] == NOTICE


class Life:
    """One new customer, whom everything happens to."""

    def __init__(self, channel: Channel, *, resend_unlisted: bool) -> None:
        channel.settings = channel.settings.model_copy(update={"resend_unlisted": resend_unlisted})
        channel.__post_init__()
        self.channel = channel
        self.sender = f"whatsapp:+52155{next(_numbers):08d}"
        self.twilio: TwilioServer = channel.twilio
        self.twilio.reset()
        self.customer_id = channel.receive("hola", sender=self.sender)

    async def meet(self, action: str) -> None:
        channel, store = self.channel, self.channel.store
        match action:
            case "message":
                channel.receive("otra", sender=self.sender)
            case "start and die" | "send and die":
                self._die(posted=action == "send and die")
            case "callbacks":
                self._callbacks()
            case "bring back":
                for out in store.outbox.of(self.customer_id):
                    # What may have arrived is a person's to decide: they would look first.
                    if out.state is OutboxState.FAILED and out.error != "unsettled":
                        with store.database.write() as connection:
                            store.outbox.bring_back(connection, out.outbox_id)
            case fault:
                self.twilio.script(fault)
                await channel.serve(self.customer_id, f"worker {next(_numbers)}")
                # A fault that met nobody is over.
                self.twilio._script.clear()

    def _die(self, *, posted: bool) -> None:
        """A worker that ends at a message, before or after its request."""
        store = self.channel.store
        with store.database.write() as connection:
            out = store.outbox.first_open(connection, self.customer_id)
            begun = out is not None and out.state is OutboxState.PENDING and self._may_go(out.kind)
            if out and begun:
                store.outbox.start(connection, out.outbox_id)
        if out and begun and posted:
            callback = f"http://127.0.0.1:9/?o={out.outbox_id}"
            self.channel.api.send(store.people.get(self.customer_id).address, out.content, callback)

    def _may_go(self, kind: OutboxKind) -> bool:
        """As the checks before a send would have said."""
        states = [out.state for out in self.channel.store.outbox.of(self.customer_id) if out.kind is OutboxKind.NOTICE]
        return (OutboxState.ACCEPTED in states) is (kind is not OutboxKind.NOTICE)

    def _callbacks(self) -> None:
        for message in self.twilio.outbound:
            outbox_id = str(message.status_callback).partition("o=")[2]
            now = utc_now()
            event = DeliveryEvent(message_sid=message.sid, status="sent", outbox_id=outbox_id, received_at=now)
            self.channel.store.deliveries.report(event)

    def check(self) -> None:
        bodies = [message.body for message in self.twilio.sent_to(self.sender)]
        assert bodies.count(NOTICE) <= 1, bodies
        assert not bodies or bodies[0] == NOTICE, bodies
        known = self.channel.store.people.get(self.customer_id).noticed_at is not None
        accepted = [
            out
            for out in self.channel.store.outbox.of(self.customer_id)
            if out.kind is OutboxKind.NOTICE and out.state is OutboxState.ACCEPTED
        ]
        assert known is bool(accepted)


@given(actions=st.lists(st.sampled_from(ACTIONS), min_size=3, max_size=9), resend_unlisted=st.booleans())
@hypothesis_settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_whatever_happens_one_notice_comes_first(channel: Channel, actions: list[str], resend_unlisted: bool):
    life = Life(channel, resend_unlisted=resend_unlisted)

    async def live() -> None:
        for action in actions:
            await life.meet(action)
            life.check()

    asyncio.run(live())
