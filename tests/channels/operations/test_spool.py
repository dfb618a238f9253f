"""The fallback's files are taken in, whatever lies among them, on both databases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from bot_core.errors import StoreError
from channels.cli import app
from channels.operations.desk import Desk
from channels.outbound.twilio import TwilioUnreachable
from channels.privacy.keys import sealer
from channels.store.records import InboundState
from channels.web.app import create_spool_app
from tests.fakes.channel import Channel
from tests.fakes.twilio_server import inbound_form as twilio_form
from tests.fakes.twilio_server import inbound_message
from tests.fakes.webhooks import ACCOUNT, CUSTOMER, OURS, inbound_form, request_of

LONG = {"message_sid": f"SM{'b' * 60}", "account_sid": ACCOUNT, "sender": CUSTOMER, "recipient": OURS, "text": "x"}
BROKEN = {
    "SM1.json": "",
    "SM2.json": '{"sealed": "{"',
    "SM3.json": "[]",
    "SM4.json": '{"sealed": null}',
    "SM5.json": json.dumps({"sealed": '{"text": "un secreto"}'}),
    "SM6.json": json.dumps({"sealed": sealer(Fernet.generate_key().decode()).seal("{}")}),
    "SM8.json": json.dumps({"sealed": json.dumps(LONG)}),
}


@pytest.fixture
def spool(channel: Channel) -> Path:
    """With two messages that the fallback kept."""
    client = create_spool_app(channel.settings, core=channel.core).test_client()
    for text in ("una", "otra"):
        assert client.post(**request_of(inbound_form(text))).status_code == 200
    return channel.core.data_dir / "spool"


def waiting(channel: Channel) -> set[str]:
    return {message.webhook.text for message in channel.store.inbox.list(states=[InboundState.RECEIVED])}


def break_some(spool: Path) -> None:
    for name, content in BROKEN.items():
        (spool / name).write_text(content, encoding="utf-8")
    (spool / "SM7.json").mkdir()


def test_files_that_cannot_be_read_are_named_and_stop_nothing(channel: Channel, desk: Desk, spool: Path):
    break_some(spool)
    channel.twilio.hold_inbound(inbound_message(twilio_form(ACCOUNT, OURS, CUSTOMER, "se perdió")))
    taken = desk.reconcile(hours=24)
    assert (taken.spooled, taken.listed) == (2, 1)
    assert waiting(channel) == {"una", "otra", "se perdió"}
    assert [line.split()[0] for line in taken.unreadable] == sorted([*BROKEN, "SM7.json"])
    assert "encrypted" in taken.unreadable[5]
    assert "secreto" not in str(taken.unreadable)
    assert {path.name for path in spool.iterdir()} == {*BROKEN, "SM7.json"}, "they stay, for a person"
    again = desk.reconcile(hours=24)
    assert (again.spooled, again.unreadable) == (0, taken.unreadable)


def test_the_command_says_what_it_took_in_and_fails_for_the_rest(
    desk: Desk, spool: Path, monkeypatch: pytest.MonkeyPatch
):
    (spool / "SM1.json").write_text("", encoding="utf-8")
    monkeypatch.setattr("channels.cli._desk", lambda: desk)
    done = CliRunner().invoke(app, ["reconcile"])
    assert "2 from the spool" in done.stdout
    assert isinstance(done.exception, StoreError)
    assert "SM1.json (not what the fallback writes)" in str(done.exception)


def test_they_are_named_when_twilio_is_away_too(
    channel: Channel, desk: Desk, spool: Path, monkeypatch: pytest.MonkeyPatch
):
    (spool / "SM1.json").write_text("", encoding="utf-8")

    def away(*_: object, **__: object) -> None:
        raise TwilioUnreachable("Twilio: 503")

    monkeypatch.setattr(channel.api, "received", away)
    with pytest.raises(TwilioUnreachable, match=r"2 from the spool.*SM1\.json"):
        desk.reconcile(hours=24)


def test_two_at_once_take_every_message_in_once(channel: Channel, desk: Desk, spool: Path):
    """The second begins and ends while the first takes in its first message."""
    others: list[int] = []

    def second(_customer_id: str, _ring_id: str) -> None:
        if not others:
            others.append(-1)
            others[0] = desk.reconcile(hours=24).spooled

    desk._ring_now = second
    taken = desk.reconcile(hours=24)
    assert (taken.spooled, others, taken.unreadable) == (1, [1], ())
    assert waiting(channel) == {"una", "otra"}
    assert list(spool.iterdir()) == []


def test_a_file_that_another_one_has_just_taken_in_is_no_fault(channel: Channel, desk: Desk, spool: Path):
    # A name that is listed and cannot be opened any more.
    (spool / "SM1.json").symlink_to(spool / "gone")
    taken = desk.reconcile(hours=24)
    assert (taken.spooled, taken.unreadable) == (2, ())
