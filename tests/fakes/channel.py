"""The worker's parts without an engine, on a real database and the Twilio fake."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot_core.settings import Settings
from channels.inbound.reading import read_signals
from channels.inbound.webhook import read_webhook
from channels.observability.metrics import Metrics
from channels.outbound.sender import OutboxSender
from channels.outbound.twilio import TwilioApi
from channels.outbound.typing import TypingIndicator
from channels.settings import ChannelSettings
from channels.store.records import InboundState, StoredMessage
from channels.store.store import ChannelStore
from channels.turns.service import BotSource, TurnService
from channels.worker.customer import CustomerService, Steps
from channels.worker.leases import LeaseKeeper
from tests.fakes.twilio_server import TwilioServer
from tests.fakes.webhooks import CUSTOMER, inbound_form


@dataclass
class Channel:
    settings: ChannelSettings
    core: Settings
    store: ChannelStore
    twilio: TwilioServer
    bots: BotSource

    def __post_init__(self) -> None:
        self.metrics = metrics = Metrics()
        self.settings = self.settings.model_copy(update={"api_base": self.twilio.url, "read_timeout": 0.25})
        self.api = TwilioApi(self.settings)
        typing = TypingIndicator(self.api, metrics=metrics, enabled=self.settings.typing_indicator)
        self.turns = TurnService(self.settings, self.store, self.bots, metrics=metrics, typing=typing)
        self.sender = OutboxSender(self.settings, self.store, self.api, metrics=metrics)
        self.leases = LeaseKeeper(self.store.people, seconds=self.settings.lease_seconds)
        self.customers = CustomerService(self.settings, self.store, self.turns, self.sender, self.leases)

    def receive(self, text: str = "hola", *, sender: str = CUSTOMER, **fields: str) -> str:
        """Store a customer's message as the web process does; the customer's id."""
        webhook = read_webhook(inbound_form(text, sender=sender, **fields))
        return self.store.inbox.add(webhook, read_signals(webhook)).customer_id

    async def serve(self, customer_id: str, owner: str = "a worker") -> str:
        return await asyncio.wait_for(self.customers.serve(customer_id, owner, Steps()), 20)

    async def talk(self, text: str, *, sender: str = CUSTOMER, **fields: str) -> list[str]:
        """The texts that the customer gets for this message."""
        before = len(self.twilio.sent_to(sender))
        await self.serve(self.receive(text, sender=sender, **fields))
        return [message.body for message in self.twilio.sent_to(sender)[before:]]

    def messages(self, customer_id: str) -> tuple[StoredMessage, ...]:
        return self.store.inbox.of(customer_id)

    def states(self, customer_id: str) -> list[tuple[InboundState, str]]:
        return [(message.state, message.reason) for message in self.messages(customer_id)]
