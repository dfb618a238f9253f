"""After an outage many dead letters go out again at once, in order; what was refused or overtaken stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from typer.testing import CliRunner

from bot_core.messages import utc_now
from channels import cli
from channels.operations.desk import Desk
from channels.settings import ChannelSettings
from channels.store.records import OutboxState
from channels.texts import notice
from tests.fakes.channel import Channel
from tests.fakes.webhooks import CUSTOMER

OTHER = "whatsapp:+5215587654321"
NEW = "whatsapp:+5215500000004"
OLD = "whatsapp:+5215500000003"
NOTICE = notice("")


@pytest.fixture
def settings(settings: ChannelSettings) -> ChannelSettings:
    """One refusal is the end."""
    return settings.model_copy(update={"retry_hours": 0.0, "retry_longest_seconds": 0.01})


def bodies(channel: Channel, sender: str) -> list[str]:
    return [message.body for message in channel.twilio.sent_to(sender)]


async def serve_all(channel: Channel) -> None:
    # As the sweep does.
    for customer_id in channel.store.unattended(utc_now(), arrived_before=utc_now()):
        await channel.serve(customer_id)


async def test_all_that_an_outage_cost_goes_out_in_order(channel: Channel, desk: Desk):
    channel.twilio.default = "429"
    for sender in (CUSTOMER, OTHER):
        await channel.talk("uno", sender=sender)
        await channel.talk("dos", sender=sender)
    assert bodies(channel, CUSTOMER) == []
    letters = len(list(desk.dead_letter_lines(50)))
    assert (
        desk.retry_all(sure=False) == f"{letters} sends would be tried again, 0 other failed ones stay; --yes does it"
    )
    assert len(list(desk.dead_letter_lines(50))) == letters, "nothing was changed"
    channel.twilio.default = "ok"
    assert desk.retry_all(sure=True) == f"{letters} sends are tried again, 0 other failed ones stay"
    await serve_all(channel)
    for sender in (CUSTOMER, OTHER):
        assert bodies(channel, sender) == [NOTICE, "eco: uno", "eco: dos"]
    assert list(desk.dead_letter_lines(50)) == []
    assert desk.retry_all(sure=True).startswith("0 sends")


async def test_what_was_refused_doubtful_overtaken_or_too_late_stays(channel: Channel, desk: Desk):
    for sender in (CUSTOMER, OTHER, OLD):
        await channel.talk("hola", sender=sender)
    channel.twilio.script("429")
    await channel.talk("uno")
    assert await channel.talk("dos") == ["eco: dos"]
    channel.twilio.script("63013")
    await channel.talk("uno", sender=OTHER)
    channel.twilio.script("429")
    await channel.talk("uno", sender=OLD)
    (old,) = channel.store.people.find(OLD)
    with channel.store.database.write() as connection:
        channel.store.people.change(connection, old.customer_id, last_inbound_at=utc_now() - timedelta(hours=25))
    channel.twilio.script("63013")
    await channel.talk("hola", sender=NEW)
    assert desk.retry_all(sure=True) == "0 sends are tried again, 5 other failed ones stay"
    channel.settings = channel.settings.model_copy(update={"resend_unlisted": False})
    channel.__post_init__()
    channel.twilio.script("500")
    await channel.talk("tres")
    assert desk.retry_all(sure=True) == "0 sends are tried again, 6 other failed ones stay"


async def test_what_an_operator_brings_back_gets_its_short_pauses_again(channel: Channel, desk: Desk):
    channel.settings = channel.settings.model_copy(update={"retry_seconds": 16.0, "retry_longest_seconds": 300.0})
    await channel.talk("hola")
    channel.twilio.script("429")
    await channel.talk("uno")
    (line,) = desk.dead_letter_lines(5)
    desk.retry_all(sure=True)
    channel.__post_init__()
    channel.twilio.script("429")
    await serve_all(channel)
    again = channel.store.outbox.get(line.split()[0])
    assert (again.state, again.attempts) == (OutboxState.PENDING, 1)


def test_the_command_wants_one_or_all(monkeypatch: pytest.MonkeyPatch, desk: Desk):
    monkeypatch.setattr(cli, "_desk", lambda: desk)

    def said(*arguments: str) -> str:
        result = CliRunner().invoke(cli.app, ["retry", *arguments])
        return result.output.strip() or str(result.exception)

    assert "retry ID, or retry --all" in said()
    assert "retry ID, or retry --all" in said("an id", "--all")
    assert said("--all") == "0 sends would be tried again, 0 other failed ones stay; --yes does it"
    assert said("--all", "--yes") == "0 sends are tried again, 0 other failed ones stay"
