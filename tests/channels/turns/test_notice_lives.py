"""Whatever happens to a new customer, one privacy notice comes first, and who asked for a person is told of one."""

from __future__ import annotations

import asyncio
import itertools

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot_core.messages import utc_now
from channels.store.records import Allowed, DeliveryEvent, OutboxKind, OutboxState
from channels.texts import notice
from tests.fakes.channel import Channel
from tests.fakes.handing_over import HandingOver, put_off
from tests.fakes.twilio_server import TwilioServer

NOTICE = notice("")
ACTIONS = (
    "message", "asesor", "hand back", "63013", "429", "500", "500_sent", "start and die", "send and die", "callbacks",
    "hold", "bring back", "ok",
)  # fmt: skip
_numbers = itertools.count(1)


class Life:
    """One new customer, whom everything happens to."""

    def __init__(self, channel: Channel, *, resend_unlisted: bool) -> None:
        channel.settings = channel.settings.model_copy(update={"resend_unlisted": resend_unlisted})
        channel.bots = HandingOver()
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
            case "asesor":
                channel.receive("un asesor", sender=self.sender)
            case "hand back":
                self._hand_back()
            case "hold":
                await self._hold()
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

    async def _hold(self) -> None:
        """Turns end while nothing may leave; then the pause is over."""
        put_off(self.channel, self.customer_id, 600)
        await self.channel.serve(self.customer_id, f"worker {next(_numbers)}")
        put_off(self.channel, self.customer_id, 0)

    def _hand_back(self) -> None:
        customer = self.channel.store.people.get(self.customer_id)
        conversations = self.channel.store.core.conversations
        with self.channel.store.database.write() as connection:
            self.channel.store.people.hand_back(connection, self.customer_id)
        if customer.conversation_id:
            known = conversations.get(customer.conversation_id)
            state = known.state.model_copy(update={"handed_off": False})
            conversations.replace_state(customer.conversation_id, state, expected_version=known.version)

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
        self._check_confirmations()

    def _check_confirmations(self) -> None:
        """One that tells of a person is never stopped, and held back only by a notice that is a dead letter itself."""
        sent = self.channel.store.outbox.of(self.customer_id)
        failed_notices = [out for out in sent if out.kind is OutboxKind.NOTICE and out.state is OutboxState.FAILED]
        for out in sent:
            if out.allowed is Allowed.HAND_OFF:
                assert out.state is not OutboxState.CANCELLED, out.error
                assert out.error != "no_notice" or failed_notices


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
