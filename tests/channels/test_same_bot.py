"""Every case of smoke and recorded gives the same reply, to the byte, in the simulator and through WhatsApp."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from bot_core.messages import InboundMessage
from bot_core.orchestrator import OrchestrationService, TurnResult
from bot_core.releases.files import FileReleaseSource
from bot_core.sessions.state import ConversationState
from bot_core.settings import Settings
from bot_core.store.store import memory_store
from bot_core.wiring import BotFactory
from channels.observability.metrics import Metrics
from channels.settings import ChannelSettings
from channels.store.records import Address, InboundState
from channels.store.store import open_channel_store
from channels.turns.bots import open_bots
from channels.web.app import create_app
from tests.fakes.channel import Channel
from tests.fakes.twilio_server import TwilioServer
from tests.fakes.webhooks import ACCOUNT, OURS, TOKEN, inbound_form, request_of
from workbench.evaluation.dataset.case import Case, CustomerMessage
from workbench.evaluation.dataset.loading import load_dataset
from workbench.runner.bots import BotChoice
from workbench.runner.portal import Portal
from workbench.runner.replies import ReplyDesk

_MEDIA = {"image": "image/jpeg", "audio": "audio/ogg", "video": "video/mp4", "document": "application/pdf",
          "contact": "text/vcard", "sticker": "image/webp"}  # fmt: skip

SILENT = {(InboundState.PROCESSED, "handed_off"), (InboundState.PROCESSED, "opted_out")}


def cases(split: str) -> tuple[Case, ...]:
    return load_dataset().split(split)


class SameIds:
    """The simulator's bot under the tracking_ids of the WhatsApp turns: references of requests are made from them."""

    def __init__(self, bot: OrchestrationService) -> None:
        self.release = bot.release
        self.tracking_id = ""
        self._bot = bot

    async def handle(self, messages: Sequence[InboundMessage], state: ConversationState, **_ids: object) -> TurnResult:
        return await self._bot.handle(messages, state, tracking_id=self.tracking_id)


@pytest.mark.parametrize("split", ["smoke", "recorded"])
async def test_the_same_bytes_through_a_signed_webhook(split: str, settings: ChannelSettings, tmp_path: Path):
    core = Settings(_env_file=None, data_dir=tmp_path)
    store = open_channel_store(settings, core)
    client = create_app(settings, store=store).test_client()
    same = SameIds(BotFactory(settings=core, leads=store.core.leads).build(FileReleaseSource().current()))
    portal = Portal()
    simulator = ReplyDesk(portal, memory_store().conversations, lambda _choice: cast(OrchestrationService, same))
    compared: Counter[str] = Counter()
    with TwilioServer(ACCOUNT, TOKEN) as twilio:
        channel = Channel(settings, core, store, twilio, open_bots(settings, store, core, metrics=Metrics()))
        for number, case in enumerate(cases(split)):
            sender = f"whatsapp:+52155{number:08d}"
            for turn in case.turns:
                for message in turn.say:
                    form = inbound_form(message.text, sender=sender, **_fields(message))
                    assert (await asyncio.to_thread(_post, client, form)) == 200
                customer = store.people.customer_id(Address(account_sid=ACCOUNT, customer=sender, ours=OURS))
                before = len(twilio.sent_to(sender))
                await channel.serve(customer)
                texts = [message.body for message in twilio.sent_to(sender)[before:]]
                if not texts:
                    # The channel is silent by design, and says why.
                    assert channel.states(customer)[-1] in SILENT, case.id
                    break
                same.tracking_id = _last_turn(channel, customer).tracking_id
                assert texts[-1] == await asyncio.to_thread(_simulated, simulator, case.id, turn.say), case.id
                compared[case.id] += 1
    portal.close()
    store.close()
    assert [case.id for case in cases(split) if not compared[case.id]] == []


def _simulated(simulator: ReplyDesk, conversation: str, said: Sequence[CustomerMessage]) -> str:
    """What the workbench's simulator shows for the same messages."""
    before = len(simulator.turns(conversation))
    messages = [
        InboundMessage(text=one.text, kind=one.kind, button_payload=one.button_payload, profile_name=one.profile_name)
        for one in said
    ]
    simulator.send(conversation, messages, BotChoice())
    deadline = time.monotonic() + 20
    while len(turns := simulator.turns(conversation)) == before:
        assert time.monotonic() < deadline, simulator.waiting(conversation).problem
        time.sleep(0.002)
    return turns[-1].reply.text


def _post(client, form: dict[str, str]) -> int:
    status: int = client.post(**request_of(form)).status_code
    return status


def _last_turn(channel: Channel, customer_id: str):
    conversation_id = channel.store.people.get(customer_id).conversation_id
    assert conversation_id
    return channel.store.core.conversations.turns(conversation_id)[-1]


def _fields(message: CustomerMessage) -> dict[str, str]:
    fields: dict[str, str] = {"ProfileName": message.profile_name or ""}
    if message.button_payload:
        fields |= {"ButtonPayload": message.button_payload, "ButtonText": message.text}
    if declared := _MEDIA.get(message.kind.value):
        fields |= {"NumMedia": "1", "MediaContentType0": declared}
    if message.kind.value == "location":
        fields |= {"Latitude": "19.43", "Longitude": "-99.13"}
    return fields


def test_the_splits_are_worth_comparing():
    both: Sequence[Case] = [*cases("smoke"), *cases("recorded")]
    assert len({case.id for case in both}) > 30
