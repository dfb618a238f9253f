"""What operators do, on both databases."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot_core.errors import StoreError, UserError
from bot_core.messages import utc_now
from bot_core.settings import Settings
from channels.operations.desk import Desk
from channels.settings import ChannelSettings
from channels.store.records import InboundState, OutboxState
from channels.store.store import ChannelStore, open_channel_store
from channels.web.app import create_app, create_spool_app
from tests.fakes.channel import Channel
from tests.fakes.statistics import stored_bytes
from tests.fakes.twilio_server import TwilioServer, inbound_message
from tests.fakes.twilio_server import inbound_form as twilio_form
from tests.fakes.webhooks import ACCOUNT, CUSTOMER, OURS, inbound_form, request_of

PHONE = CUSTOMER.removeprefix("whatsapp:")


async def test_what_an_outage_kept_from_us_comes_in_once(channel: Channel, desk: Desk, rung: list[tuple[str, str]]):
    known = twilio_form(ACCOUNT, OURS, CUSTOMER, "ya estaba")
    missed = twilio_form(ACCOUNT, OURS, CUSTOMER, "se perdió")
    photo = twilio_form(ACCOUNT, OURS, CUSTOMER, "", NumMedia="1", MediaContentType0="image/jpeg")
    old = inbound_message(twilio_form(ACCOUNT, OURS, CUSTOMER, "de ayer"))
    old.created_at = utc_now() - timedelta(hours=30)
    for form in (known, missed, photo):
        channel.twilio.hold_inbound(inbound_message(form))
    channel.twilio.hold_inbound(old)
    customer_id = channel.receive("ya estaba", MessageSid=known["MessageSid"], SmsSid=known["MessageSid"])
    taken = desk.reconcile(hours=48)
    assert (taken.listed, taken.too_old) == (2, 1)
    assert desk.reconcile(hours=48).listed == 0
    assert len(rung) == 2
    await channel.serve(customer_id)
    states = {message.webhook.text: message.state for message in channel.messages(customer_id)}
    assert states == {
        "ya estaba": InboundState.REPLIED,
        "se perdió": InboundState.REPLIED,
        "": InboundState.REPLIED,
        "de ayer": InboundState.PROCESSED,
    }


def test_the_fallback_keeps_messages_without_a_database(channel: Channel, desk: Desk):
    client = create_spool_app(channel.settings, core=channel.core).test_client()
    request = request_of(inbound_form("mientras tanto"))
    assert client.post(**request).status_code == 200
    assert client.post(**request).status_code == 200
    assert client.post(**request | {"headers": {}}).status_code == 403
    assert client.get("/readyz").status_code == 200
    assert desk.reconcile(hours=0.001).spooled == 1
    assert desk.reconcile(hours=0.001).spooled == 0
    assert [message.webhook.text for message in channel.store.inbox.list(states=[InboundState.RECEIVED])] == [
        "mientras tanto"
    ]


async def test_take_over_and_hand_back(channel: Channel, desk: Desk):
    await channel.talk("hola")
    desk.take_over(PHONE, who="Luis", reason="llamada")
    assert await channel.talk("¿sigues?") == []
    assert "answers again" in desk.hand_back(CUSTOMER)
    assert await channel.talk("hola otra vez") == ["eco: hola otra vez"]


async def test_dead_letters_are_listed_without_what_was_written_and_can_be_retried(
    channel: Channel, desk: Desk, rung: list[tuple[str, str]]
):
    channel.twilio.script("ok", "63016")
    await channel.talk("mi secreto")
    (line,) = desk.dead_letter_lines(10)
    assert "not sent (63016)" in line
    assert "secreto" not in line
    assert PHONE not in line
    outbox_id = line.split()[0]
    desk.retry(outbox_id)
    assert rung[-1][1] == f"retry-{outbox_id}"
    await channel.serve(rung[-1][0])
    assert channel.store.outbox.get(outbox_id).state is OutboxState.ACCEPTED
    assert list(desk.dead_letter_lines(10)) == []
    with pytest.raises(UserError, match="nothing to send again"):
        desk.retry(outbox_id)
    with pytest.raises(UserError, match="no such message"):
        desk.retry("nowhere")


async def test_resending_needs_a_sure_person(channel: Channel, desk: Desk):
    channel.settings = channel.settings.model_copy(update={"resend_unlisted": False})
    channel.__post_init__()
    channel.twilio.script("ok", "500")
    await channel.talk("hola")
    (line,) = desk.dead_letter_lines(10)
    for ask in (desk.retry, lambda one: desk.resend(one, sure=False)):
        with pytest.raises(UserError, match="may have arrived"):
            ask(line.split()[0])
    assert channel.store.outbox.get(line.split()[0]).state is OutboxState.FAILED, "nobody has sent it yet"
    desk.resend(line.split()[0], sure=True)
    assert len(list(desk.outbox_lines(10))) == 1


@pytest.mark.parametrize("sure", [False, True])
async def test_what_was_surely_not_sent_is_not_said_to_be_in_doubt(channel: Channel, desk: Desk, sure: bool):
    channel.twilio.script("ok", "63016")
    await channel.talk("hola")
    (line,) = desk.dead_letter_lines(10)
    with pytest.raises(UserError, match=r"was not sent \(63016\) \(retry \S+ sends it\)"):
        desk.resend(line.split()[0], sure=sure)


async def test_what_was_accepted_is_not_said_to_be_in_doubt(channel: Channel, desk: Desk):
    customer_id = channel.receive("hola")
    await channel.serve(customer_id)
    sent = channel.store.outbox.list(states=[OutboxState.ACCEPTED], limit=1)[0]
    for sure in (False, True):
        with pytest.raises(UserError, match=r"is accepted \(nothing to send again\)"):
            desk.resend(sent.outbox_id, sure=sure)


async def test_an_export_holds_all_and_an_erasure_leaves_nothing(
    channel: Channel, desk: Desk, twilio: TwilioServer, tmp_path: Path
):
    secret = "me llamo Xóchitl Quetzalcóatl"
    form = inbound_form(secret)
    client = create_app(channel.settings, store=channel.store).test_client()
    client.post(**request_of(form))
    twilio.hold_inbound(inbound_message(form))
    customer_id = channel.store.people.find(CUSTOMER)[0].customer_id
    await channel.serve(customer_id)
    for word in (secret, PHONE):
        assert word.encode() in stored_bytes(channel.store.database, tmp_path)
    exported = desk.export(CUSTOMER)
    rows = json.loads(exported)
    assert rows["whatsapp_inbound"][0]["content"]["text"] == secret
    assert rows["whatsapp_customers"][0]["content"]["customer"] == CUSTOMER
    assert rows["turns"][0]["messages"][0]["text"] == secret
    assert rows["conversations"][0]["state"]["turns"] == 1
    assert len(rows["whatsapp_outbox"]) == 2
    with pytest.raises(UserError, match="erased"):
        desk.erase(CUSTOMER, sure=False, at_twilio=True)
    desk.erase(CUSTOMER, sure=True, at_twilio=True)
    assert twilio.messages == {}
    assert channel.store.people.find(CUSTOMER) == ()
    assert client.post(**request_of(form)).status_code == 200
    assert channel.store.people.find(CUSTOMER) == (), "a replay starts nothing"
    kept = stored_bytes(channel.store.database, tmp_path)
    for word in (secret, PHONE, "Xóchitl", form["MessageSid"]):
        assert word.encode() not in kept


def test_an_unknown_customer_is_one_line(desk: Desk):
    with pytest.raises(UserError, match="0 customers"):
        desk.take_over("+5215500000001", who="x", reason="")
    with pytest.raises(UserError, match="no customer"):
        desk.hand_back("a" * 32)


def test_the_inbox_shows_who_waits(channel: Channel, desk: Desk):
    customer_id = channel.receive("secreto")
    (line,) = desk.inbox_lines(5)
    assert customer_id in line
    assert "secreto" not in line


async def test_sealing_leaves_no_clear_text_in_the_files_while_others_run(
    channel: Channel, core: Settings, settings: ChannelSettings, tmp_path: Path
):
    await channel.talk("un secreto")
    clear = [word.encode() for word in ("un secreto", PHONE)]
    assert all(word in stored_bytes(channel.store.database, tmp_path) for word in clear)
    keyed = core.model_copy(update={"data_key": SecretStr(Fernet.generate_key().decode())})
    store = open_channel_store(settings, keyed)
    Desk(settings, keyed, store, channel.api, lambda *_: None).reseal()
    assert [word for word in clear if word in stored_bytes(store.database, tmp_path)] == []
    store.close()


async def test_who_reads_since_before_keeps_it_in_the_files_and_that_is_said(
    channel: Channel, core: Settings, settings: ChannelSettings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot_core.store.scrubbing._READERS_PATIENCE", 0.1)
    await channel.talk("un secreto")
    store = open_channel_store(settings, core, busy_timeout_ms=50)
    desk = Desk(settings, core, store, channel.api, lambda *_: None)
    with channel.store.database.engine.connect().execution_options(isolation_level="SERIALIZABLE") as reader:
        table = "sqlite_master" if channel.store.database.is_sqlite else "pg_class"
        reader.exec_driver_sql(f"SELECT count(*) FROM {table}")
        assert "files still hold it" in desk.erase(CUSTOMER, sure=True, at_twilio=False)
    assert "files" not in desk.reseal()
    store.close()


async def test_a_new_key_takes_over_from_the_old_one(channel: Channel, core: Settings, settings: ChannelSettings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    await channel.talk("un secreto")

    def with_keys(keys: str) -> tuple[ChannelStore, Desk]:
        keyed = core.model_copy(update={"data_key": SecretStr(keys)})
        store = open_channel_store(settings, keyed)
        return store, Desk(settings, keyed, store, channel.api, lambda *_: None)

    for keys in (old, f"{new},{old}"):
        store, desk = with_keys(keys)
        assert "rows written again" in desk.reseal()
        assert desk.reseal().startswith("0 rows")
        assert "un secreto" in desk.export(CUSTOMER)
        store.close()
    store, desk = with_keys(new)
    assert PHONE in desk.export(CUSTOMER)
    store.close()
    store, desk = with_keys(old)
    with pytest.raises(StoreError, match="another key"):
        desk.export(CUSTOMER)
    store.close()
