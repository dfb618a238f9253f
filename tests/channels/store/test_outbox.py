"""The outbox as a state machine: whatever happens in whatever order, nothing leaves a settled state by itself."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot_core.messages import new_id, utc_now
from bot_core.settings import Settings
from channels.settings import ChannelSettings
from channels.store.records import Address, Content, Draft, OutboxKind, OutboxState, Outgoing
from channels.store.store import open_channel_store
from tests.fakes.webhooks import ACCOUNT, CUSTOMER, OURS, new_sid


class OutboxMachine(RuleBasedStateMachine):
    """`sent` counts what a sender that obeys the outbox has really sent."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        settings = ChannelSettings(_env_file=None, hash_key="tests")
        self.store = open_channel_store(settings, Settings(_env_file=None, data_dir=Path(self.folder.name)))
        self.sent = 0
        self.listed = False
        """Does Twilio have the message of the attempt under way?"""
        self.operator = False

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @initialize()
    def write(self) -> None:
        self.outbox_id = new_id()
        with self.store.database.write() as connection:
            address = Address(account_sid=ACCOUNT, customer=CUSTOMER, ours=OURS)
            customer_id, _ = self.store.people.seen(connection, address, utc_now())
            draft = Draft(outbox_id=self.outbox_id, kind=OutboxKind.REPLY, content=Content(body="hola"))
            self.store.outbox.add(connection, customer_id, [draft, draft])
        self.customer_id = customer_id

    @property
    def row(self) -> Outgoing:
        return self.store.outbox.get(self.outbox_id)

    def move(self, name: str, *args: Any, **kwargs: Any) -> bool:
        with self.store.database.write() as connection:
            done: bool = getattr(self.store.outbox, name)(connection, self.outbox_id, *args, **kwargs)
        return done

    @rule()
    def start_and_send(self) -> None:
        if self.move("start"):
            self.sent += 1
            self.listed = True

    @rule()
    def start_and_fail_before_sending(self) -> None:
        if self.move("start"):
            self.move("postpone", seconds=0, error="429")

    @rule()
    def answer(self) -> None:
        if self.row.state is OutboxState.SENDING:
            assert self.move("accept", new_sid())

    @rule()
    def die_and_come_back(self) -> None:
        was = self.row.state
        assert self.move("doubt", seconds=0, error="crash") is (was is OutboxState.SENDING)

    @rule()
    def look_into_the_list(self) -> None:
        if self.row.state is OutboxState.SEND_UNKNOWN:
            if self.listed:
                assert self.move("accept", new_sid())
            else:
                self.move("not_listed", seconds=0)
                if self.row.lookups >= 2:
                    assert self.move("send_again", seconds=0)

    @rule()
    def refuse_for_good(self) -> None:
        if self.row.state in (OutboxState.PENDING, OutboxState.SENDING):
            self.move("fail", "63016")
            self.operator = True

    @rule()
    def an_operator_brings_it_back(self) -> None:
        if self.row.state is OutboxState.FAILED:
            assert self.move("bring_back")
            assert (self.row.state, self.row.attempts, self.row.error) == (OutboxState.PENDING, 0, "")

    @rule()
    def object_before_sending(self) -> None:
        was = self.row.state
        assert self.move("cancel", "opted_out") is (was is OutboxState.PENDING)

    @precondition(lambda self: self.row.state in (OutboxState.ACCEPTED, OutboxState.CANCELLED))
    @rule()
    def nothing_moves_a_settled_one(self) -> None:
        before = self.row
        for name, values in (
            ("start", {}),
            ("postpone", {"seconds": 0, "error": "x"}),
            ("doubt", {"seconds": 0, "error": "x"}),
            ("send_again", {"seconds": 0}),
            ("bring_back", {}),
            ("cancel", {"error": "x"}),
            ("fail", {"error": "x"}),
        ):
            assert self.move(name, **values) is False
        assert self.row == before

    @invariant()
    def never_twice_without_an_operator(self) -> None:
        assert self.sent <= 1 or self.operator

    @invariant()
    def accepted_means_one_message(self) -> None:
        if hasattr(self, "outbox_id"):
            assert len(self.store.outbox.of(self.customer_id)) == 1
            assert (self.row.message_sid is not None) == (self.row.state is OutboxState.ACCEPTED)


OutboxMachine.TestCase.settings = hypothesis_settings(max_examples=8, stateful_step_count=15, deadline=None)
TestOutbox = OutboxMachine.TestCase
