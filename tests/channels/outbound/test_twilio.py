"""The real Twilio client against the fake: what each fault is taken for."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot_core.messages import utc_now
from channels.outbound.errors import Failure
from channels.outbound.twilio import Accepted, Failed, TwilioApi, TwilioUnreachable
from channels.settings import ChannelSettings
from channels.store.records import Address, Content
from tests.fakes.twilio_server import TwilioServer, inbound_form, inbound_message
from tests.fakes.webhooks import ACCOUNT, CUSTOMER, OURS, TOKEN, new_sid

ADDRESS = Address(account_sid=ACCOUNT, customer=CUSTOMER, ours=OURS)
CALLBACK = "https://bot.example.mx/twilio/status?o=1"


@pytest.fixture
def twilio() -> Iterator[TwilioServer]:
    with TwilioServer(ACCOUNT, TOKEN, hang_seconds=0.4) as server:
        yield server


@pytest.fixture
def api(settings: ChannelSettings, twilio: TwilioServer) -> TwilioApi:
    return TwilioApi(settings.model_copy(update={"api_base": twilio.url, "read_timeout": 0.2}))


def test_a_message_is_created_with_its_callback_and_validity(api: TwilioApi, twilio: TwilioServer):
    result = api.send(ADDRESS, Content(body="*Jetta* 2020 — $250,000"), CALLBACK)
    (message,) = twilio.outbound
    assert result == Accepted(message.sid)
    assert message.body == "*Jetta* 2020 — $250,000"
    assert (message.recipient, message.sender) == (CUSTOMER, OURS)
    assert message.parameters["StatusCallback"] == CALLBACK
    assert message.parameters["ValidityPeriod"] == "300"


def test_buttons_go_as_a_content_with_variables(api: TwilioApi, twilio: TwilioServer):
    api.send(ADDRESS, Content(body="hola", content_sid="HX1", variables={"1": "hola", "2": "Sí"}), CALLBACK)
    (message,) = twilio.outbound
    assert message.content_sid == "HX1"
    assert message.content_variables == '{"1": "hola", "2": "Sí"}'
    assert "Body" not in message.parameters


@pytest.mark.parametrize(
    ("behaviour", "kind", "really_sent"),
    [
        ("429", Failure.SLOW_DOWN, 0),
        ("63018", Failure.SLOW_DOWN, 0),
        ("63016", Failure.PERMANENT, 0),
        ("21610", Failure.PERMANENT, 0),
        ("500", Failure.AMBIGUOUS, 0),
        ("500_sent", Failure.AMBIGUOUS, 1),
        ("timeout", Failure.AMBIGUOUS, 0),
        ("timeout_sent", Failure.AMBIGUOUS, 1),
        ("cut", Failure.AMBIGUOUS, 0),
    ],
)
def test_what_a_fault_is_taken_for(
    api: TwilioApi, twilio: TwilioServer, behaviour: str, kind: Failure, really_sent: int
):
    twilio.script(behaviour)
    result = api.send(ADDRESS, Content(body="hola"), CALLBACK)
    assert isinstance(result, Failed)
    assert result.kind is kind
    assert len(twilio.outbound) == really_sent
    assert twilio.creations == 1, "the client must not retry by itself"


def test_a_refused_connection_is_safe(settings: ChannelSettings):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    api = TwilioApi(settings.model_copy(update={"api_base": f"http://127.0.0.1:{port}"}))
    result = api.send(ADDRESS, Content(body="hola"), CALLBACK)
    assert isinstance(result, Failed)
    assert result.kind is Failure.SAFE


def test_a_token_that_changed_loses_no_message(settings: ChannelSettings, twilio: TwilioServer):
    old = settings.model_copy(update={"api_base": twilio.url, "auth_token": type(settings.auth_token)("old")})
    result = TwilioApi(old).send(ADDRESS, Content(body="hola"), CALLBACK)
    assert result == Failed(Failure.SAFE, "20003")


def test_too_long_a_body_is_refused_for_good(api: TwilioApi):
    assert api.send(ADDRESS, Content(body="x" * 1601), CALLBACK) == Failed(Failure.PERMANENT, "21617")


def test_lists_show_what_was_sent_and_received(api: TwilioApi, twilio: TwilioServer):
    start = utc_now() - timedelta(seconds=1)
    api.send(ADDRESS, Content(body="uno"), CALLBACK)
    other = ADDRESS.model_copy(update={"customer": "whatsapp:+5215500000009"})
    api.send(other, Content(body="dos"), CALLBACK)
    twilio.hold_inbound(inbound_message(inbound_form(ACCOUNT, OURS, CUSTOMER, "hola")))
    assert [message.body for message in api.sent_to(ADDRESS, since=start)] == ["uno"]
    assert [message.body for message in api.received(OURS, since=start)] == ["hola"]
    assert api.sent_to(ADDRESS, since=utc_now() + timedelta(days=1)) == ()


def test_deleting_takes_media_too_and_twice_is_fine(api: TwilioApi, twilio: TwilioServer):
    form = inbound_form(ACCOUNT, OURS, CUSTOMER, "", NumMedia="1", MediaContentType0="image/jpeg")
    twilio.hold_inbound(inbound_message(form))
    assert api.media_type(form["MessageSid"]) == "image/jpeg"
    api.delete(form["MessageSid"])
    api.delete(form["MessageSid"])
    assert twilio.messages == {}


def test_an_unreachable_list_says_so(settings: ChannelSettings):
    api = TwilioApi(settings.model_copy(update={"api_base": "http://127.0.0.1:1"}))
    with pytest.raises(TwilioUnreachable):
        api.sent_to(ADDRESS, since=utc_now())
    assert api.show_typing(new_sid()) is False


def test_typing_is_shown_for_the_message(api: TwilioApi, twilio: TwilioServer):
    sid = new_sid()
    assert api.show_typing(sid)
    assert twilio.typing == [sid]
