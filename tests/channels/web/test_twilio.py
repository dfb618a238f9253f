"""The webhook as Twilio calls it, through the real application on both databases."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import text
from structlog.testing import capture_logs

from bot_core.settings import Settings
from channels.settings import ChannelSettings
from channels.store.records import InboundState, Reason
from channels.store.store import ChannelStore, open_channel_store
from channels.web.app import create_app
from tests.fakes.webhooks import (
    CUSTOMER,
    FORM,
    OURS,
    PUBLIC_URL,
    inbound_form,
    new_sid,
    request_of,
    signed,
    status_form,
)


def stored(store: ChannelStore) -> list[str]:
    return [message.webhook.text for message in store.inbox.list(states=tuple(InboundState))]


def test_a_signed_message_is_stored_and_answered_with_an_empty_response(client: FlaskClient, store: ChannelStore):
    response = client.post(**request_of(inbound_form("¿tienen jetta?", NewField="kept")))
    assert response.status_code == 200
    assert response.content_type.startswith("text/xml")
    assert response.text.endswith("<Response/>")
    (message,) = store.inbox.list(states=[InboundState.RECEIVED])
    assert message.webhook.text == "¿tienen jetta?"
    assert message.webhook.sender == CUSTOMER
    assert message.webhook.other["NewField"] == "kept"
    assert message.position == 1


def test_the_same_message_again_changes_nothing(client: FlaskClient, store: ChannelStore):
    request = request_of(inbound_form())
    assert [client.post(**request).status_code for _ in range(3)] == [200, 200, 200]
    assert len(stored(store)) == 1


def test_concurrent_copies_are_stored_once(settings: ChannelSettings, store: ChannelStore):
    app = create_app(settings, store=store)
    requests = [request_of(inbound_form(sid=new_sid(), sender=f"whatsapp:+52155000000{n:02}")) for n in range(4)] * 6
    barrier = threading.Barrier(8)

    def post(index: int) -> int:
        if index < 8:
            barrier.wait(10)
        return app.test_client().post(**requests[index]).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(post, range(len(requests)))) == {200}
    assert len(stored(store)) == 4


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"headers": {}}, 403),
        ({"headers": {"X-Twilio-Signature": "AAAA"}}, 403),
        ({"content_type": "application/json"}, 415),
        ({"content_type": None}, 415),
        ({"data": b"x" * 70_000}, 413),
        ({"data": b"Body=%ff%fe&MessageSid=SM1"}, 400),
        ({"data": "Body=hola\xe9".encode()}, 400),
        ({"query_string": "a=1"}, 403),
    ],
)
def test_what_is_not_proven_is_refused_in_xml(
    client: FlaskClient, store: ChannelStore, change: dict[str, object], status: int
):
    response = client.post(**request_of(inbound_form()) | change)
    assert response.status_code == status
    assert response.content_type.startswith("text/xml")
    assert stored(store) == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"AccountSid": "AC" + "b" * 32}, 403),
        ({"To": "whatsapp:+5215599999999"}, 403),
        ({"From": "+5215512345678"}, 400),
        ({"From": ""}, 400),
        ({"NumMedia": "many"}, 400),
        ({"NumMedia": "999999999999999999999999"}, 400),
    ],
)
def test_signed_but_wrong_fields_are_refused(
    client: FlaskClient, store: ChannelStore, fields: dict[str, str], status: int
):
    assert client.post(**request_of(inbound_form(**fields))).status_code == status
    assert stored(store) == []


def test_a_malformed_sid_is_refused(client: FlaskClient):
    assert client.post(**request_of(inbound_form(sid="SM1"))).status_code == 403


def test_repeated_fields_are_refused_although_the_sdk_would_sign_them(client: FlaskClient, store: ChannelStore):
    request = request_of(inbound_form())
    request["data"] += "&Body=otra"
    assert client.post(**request).status_code == 400
    assert stored(store) == []


def test_both_tokens_count_during_a_rotation(settings: ChannelSettings, store: ChannelStore):
    rotating = settings.model_copy(update={"previous_auth_token": type(settings.auth_token)("old-token")})
    client = create_app(rotating, store=store).test_client()
    assert client.post(**request_of(inbound_form(), token="old-token")).status_code == 200
    assert client.post(**request_of(inbound_form())).status_code == 200
    assert client.post(**request_of(inbound_form(), token="older")).status_code == 403


def test_a_forwarded_host_does_not_move_the_signed_address(client: FlaskClient):
    form = inbound_form()
    request = request_of(form, base="https://evil.example")
    request["headers"] |= {"X-Forwarded-Host": "evil.example", "Host": "evil.example"}
    assert client.post(**request).status_code == 403


def test_a_refused_signature_says_once_on_which_url_it_was_computed(client: FlaskClient):
    request = request_of(inbound_form(), base="https://other.example.mx", query="from=5215512345678")
    with capture_logs() as logged:
        assert client.post(**request | {"headers": {}}).status_code == 403
        assert [client.post(**request).status_code for _ in range(2)] == [403, 403]
    assert [line["reason"] for line in logged] == ["signature"] * 3
    assert [line.get("computed_on") for line in logged] == [None, f"{PUBLIC_URL}/twilio/whatsapp", None]
    assert "5215512345678" not in str(logged)
    assert request["headers"]["X-Twilio-Signature"] not in str(logged)


def test_a_leaked_signature_fits_no_other_customer(client: FlaskClient, store: ChannelStore):
    """The signed text split elsewhere: another From, another MessageSid, the same signature."""
    victim = "whatsapp:+5215587654321"
    fake = new_sid()
    form = inbound_form(f"holaFrom{victim}MessageSid{fake}To{OURS}Z")
    signature = signed(PUBLIC_URL + "/twilio/whatsapp", form)
    rest = "".join(name + form[name] for name in sorted(form) if name not in ("Body", "AccountSid", "ApiVersion"))
    split = {
        "AccountSid": form["AccountSid"],
        "ApiVersion": form["ApiVersion"],
        "Body": "hola",
        "From": victim,
        "MessageSid": fake,
        "To": OURS,
        "Z": rest,
    }
    canonical = "".join(name + split[name] for name in sorted(split))
    assert canonical == "".join(name + form[name] for name in sorted(form))
    response = client.post("/twilio/whatsapp", data=urlencode(split), content_type=FORM, headers=signature)
    assert response.status_code == 403
    assert stored(store) == []


def test_nul_and_long_text_are_kept(client: FlaskClient, store: ChannelStore):
    body = "hola\x00" + "🚗" * 1600
    assert client.post(**request_of(inbound_form(body))).status_code == 200
    assert stored(store) == [body]


def test_a_business_scoped_sender_is_a_customer(client: FlaskClient, store: ChannelStore):
    assert client.post(**request_of(inbound_form(sender="whatsapp:MX.1a2b3c4d"))).status_code == 200
    assert store.inbox.list(states=[InboundState.RECEIVED])[0].webhook.sender == "whatsapp:MX.1a2b3c4d"


def test_a_database_that_fails_is_a_503(client: FlaskClient, store: ChannelStore):
    with store.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE whatsapp_inbound RENAME TO whatsapp_hidden"))
    try:
        response = client.post(**request_of(inbound_form()))
    finally:
        with store.database.engine.begin() as connection:
            connection.execute(text("ALTER TABLE whatsapp_hidden RENAME TO whatsapp_inbound"))
    assert response.status_code == 503
    assert response.content_type.startswith("text/xml")
    assert stored(store) == []


def test_a_locked_database_is_a_503_never_an_uncommitted_200(settings: ChannelSettings, tmp_path: Path):
    core = Settings(_env_file=None, data_dir=tmp_path)
    impatient = open_channel_store(settings, core, busy_timeout_ms=20)
    client = create_app(settings, store=impatient).test_client()
    with sqlite3.connect(tmp_path / "kavak.db") as blocker:
        blocker.execute("BEGIN IMMEDIATE")
        assert client.post(**request_of(inbound_form())).status_code == 503
        blocker.rollback()
    assert client.post(**request_of(inbound_form())).status_code == 200
    impatient.close()


def test_an_opt_out_counts_when_it_is_stored_and_thanks_do_not_undo_it(client: FlaskClient, store: ChannelStore):
    def is_out() -> bool:
        customer = store.people.find(CUSTOMER)[0]
        with store.database.read() as connection:
            return store.people.has_opted_out(connection, customer.matching_key)

    client.post(**request_of(inbound_form("BAJA")))
    assert is_out()
    client.post(**request_of(inbound_form("ok gracias 👍")))
    assert is_out()
    client.post(**request_of(inbound_form("oye, ¿tienen un mazda 3?")))
    assert not is_out()
    reasons = [message.reason for message in store.inbox.of(store.people.find(CUSTOMER)[0].customer_id)]
    assert reasons == ["", Reason.OPTED_OUT, ""]


def test_the_consent_is_that_of_the_person_however_the_number_is_written(client: FlaskClient, store: ChannelStore):
    client.post(**request_of(inbound_form("BAJA", sender="whatsapp:+5215512345678")))
    client.post(**request_of(inbound_form("gracias", sender="whatsapp:+525512345678")))
    keys = {customer.matching_key for customer in store.people.find("whatsapp:+525512345678")}
    assert len(keys) == 1


def test_a_flooder_is_stored_but_not_answered(settings: ChannelSettings, store: ChannelStore):
    limited = settings.model_copy(update={"sender_per_minute": 3})
    store.inbox._per_minute = 3
    client = create_app(limited, store=store).test_client()
    for _ in range(5):
        assert client.post(**request_of(inbound_form())).status_code == 200
    assert len(store.inbox.list(states=[InboundState.RECEIVED])) == 3
    assert [m.reason for m in store.inbox.list(states=[InboundState.PROCESSED])] == ["limited", "limited"]


def test_status_callbacks_are_proven_and_kept(client: FlaskClient, store: ChannelStore):
    sid = new_sid()
    ok = request_of(status_form(sid, "delivered"), path="/twilio/status", query="o=" + "a" * 32)
    assert client.post(**ok).status_code == 200
    assert client.post(**ok).status_code == 200
    assert client.post(**ok | {"query_string": "o=" + "b" * 32}).status_code == 403
    assert client.post(**request_of(status_form(sid, "exploded"), path="/twilio/status")).status_code == 400
    assert [event.status for event in store.deliveries.of(sid)] == ["delivered"]


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400), st.sampled_from(["/twilio/whatsapp", "/twilio/status"]))
def test_no_body_is_an_error_of_ours(client: FlaskClient, body: bytes, path: str):
    response = client.post(path, data=body, content_type=FORM, headers={"X-Twilio-Signature": "x"})
    assert response.status_code in (400, 403, 413)
    assert response.content_type.startswith("text/xml")


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["Body", "ProfileName", "MessageType", "NumMedia", "Latitude", "ButtonPayload", "MediaUrl0"]),
        st.text(max_size=60),
        max_size=7,
    )
)
def test_signed_nonsense_is_stored_or_refused_never_a_fault(client: FlaskClient, fields: dict[str, str]):
    printable = {name: value.encode("utf-8", "ignore").decode() for name, value in fields.items()}
    assert client.post(**request_of(inbound_form(**printable))).status_code in (200, 400)


def test_unknown_addresses_and_methods_answer_in_xml(client: FlaskClient):
    for response, status in ((client.get("/twilio/whatsapp"), 405), (client.post("/nowhere"), 404)):
        assert response.status_code == status
        assert response.content_type.startswith("text/xml")
