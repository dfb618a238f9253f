"""What Twilio's list of messages does not tell."""

from __future__ import annotations

from typing import Any

import pytest

from channels.operations.desk import Desk
from channels.outbound.twilio import ListedMessage
from channels.store.records import InboundState
from tests.fakes.channel import Channel
from tests.fakes.twilio_server import inbound_form, inbound_message
from tests.fakes.webhooks import ACCOUNT, CUSTOMER, OURS

PHOTO = {"NumMedia": "1", "MediaContentType0": "image/jpeg"}


def lost(channel: Channel, text: str, **fields: str) -> str:
    """Twilio could not tell us of this one; it is in its list."""
    message = inbound_message(inbound_form(ACCOUNT, OURS, CUSTOMER, text, **fields))
    channel.twilio.hold_inbound(message)
    return message.sid


def waiting(channel: Channel) -> set[tuple[str, str]]:
    found = channel.store.inbox.list(states=[InboundState.RECEIVED])
    return {(message.webhook.text, message.webhook.kind.value) for message in found}


def test_a_photo_that_is_gone_at_twilio_keeps_no_other_message_back(
    channel: Channel, desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    photo = lost(channel, "mira", **PHOTO)
    lost(channel, "hola")
    received = channel.api.received

    def meanwhile(*given: Any, **named: Any) -> list[ListedMessage]:
        found = list(received(*given, **named))
        del channel.twilio.messages[photo]
        return found

    monkeypatch.setattr(channel.api, "received", meanwhile)
    assert desk.reconcile(hours=24).listed == 2
    assert waiting(channel) == {("mira", "document"), ("hola", "text")}


def test_a_tap_on_a_button_is_the_text_of_the_button(channel: Channel, desk: Desk):
    """The list has no payload, and the titles of the feedback question are known to its content at Twilio alone: the
    same words may have been typed, as an answer to what the bot asked."""
    lost(channel, "No mucho", ButtonPayload="fb:" + "0" * 32 + ":down", ButtonText="No mucho")
    assert desk.reconcile(hours=24).listed == 1
    assert waiting(channel) == {("No mucho", "text")}
