"""What operators do. Lists show pseudonyms, ids, ages and errors; never what a customer wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from bot_core.errors import Conflict, NotFound, StoreError, UserError
from bot_core.messages import utc_now
from bot_core.settings import Settings
from bot_core.store.erasing import Scrubbed
from bot_core.store.resealing import reseal
from bot_core.store.scrubbing import scrub, scrub_all
from bot_core.store.tables import cipher_on
from channels.operations.reconciler import Reconciled, Reconciler
from channels.outbound.sender import WINDOW
from channels.outbound.twilio import MessagingApi, TwilioApi, TwilioUnreachable
from channels.settings import ChannelSettings
from channels.store.erasure import Erasure
from channels.store.people import LostLease
from channels.store.records import UNSETTLED, InboundState, OutboxState, Outgoing
from channels.store.store import ChannelStore, open_channel_store
from channels.store.tables import SEALED_TABLES
from channels.worker.engine import EngineClient

_PSEUDONYM = re.compile(r"[0-9a-f]{32}")
_ERASING = 60.0
_STILL_IN_FILES = "; the database's files still hold it, somebody reads since before: `python -m channels reseal` later"
_OLD_STATISTICS = (
    "; PostgreSQL's statistics may hold samples of an earlier version, this role does not own the database: "
    "docs/runbooks/erase-a-customer.md"
)
_LOOK = "look into Twilio's log"
_UNSETTLED = (OutboxState.SEND_UNKNOWN, OutboxState.FAILED)
_OPEN = (OutboxState.PENDING, OutboxState.SENDING, OutboxState.SEND_UNKNOWN)


class Desk:
    def __init__(
        self,
        settings: ChannelSettings,
        core: Settings,
        store: ChannelStore,
        api: MessagingApi,
        ring: Callable[[str, str], None],
    ) -> None:
        self._store = store
        self._api = api
        self._ring_now = ring
        self._erasure = Erasure(store.database, store.pseudonyms)
        self.reconciler = Reconciler(
            settings, store, api, self._ring, spool=settings.spool_dir or core.data_dir / "spool"
        )

    def reconcile(self, *, hours: float) -> Reconciled:
        return self.reconciler.run(hours=hours)

    def inbox_lines(self, limit: int) -> Iterator[str]:
        for message in self._store.inbox.list(states=[InboundState.RECEIVED], limit=limit):
            yield _line(message.webhook.message_sid, message.customer_id, _age(message.received_at), "waiting")

    def outbox_lines(self, limit: int) -> Iterator[str]:
        for out in self._store.outbox.list(states=_OPEN, limit=limit):
            state = out.state.value + (f" ({out.error})" if out.error else "")
            yield _line(out.outbox_id, out.customer_id, _age(out.created_at), state)

    def dead_letter_lines(self, limit: int) -> Iterator[str]:
        for message in self._store.inbox.list(states=[InboundState.FAILED], limit=limit):
            what = f"not answered ({message.reason})"
            yield _line(message.webhook.message_sid, message.customer_id, _age(message.received_at), what)
        for out in self._store.outbox.list(states=[OutboxState.FAILED], limit=limit):
            yield _line(out.outbox_id, out.customer_id, _age(out.created_at), f"not sent ({out.error})")
        for out in self._store.outbox.undelivered(limit=limit):
            yield _line(out.outbox_id, out.customer_id, _age(out.created_at), f"{out.delivery} ({out.error})")

    def retry(self, identifier: str) -> str:
        """Raises UserError when it is no dead letter, or may have arrived."""
        customer_id = self._store.inbox.retry(identifier)
        if customer_id is None:
            if _may_have_arrived(self._outgoing(identifier, (OutboxState.FAILED,))):
                raise UserError(f"{identifier} may have arrived", hint=f"{_LOOK}, then resend {identifier} --yes")
            customer_id = self._again(identifier, (OutboxState.FAILED,))
        self._ring(customer_id, f"retry-{identifier}")
        return f"{identifier} is tried again"

    def retry_all(self, *, sure: bool) -> str:
        """Every send that was surely not sent and is still worth sending; the sweep finds them within seconds."""
        with self._store.database.write() as connection:
            waiting = self._store.outbox.given_up(connection, heard_since=utc_now() - WINDOW)
            if sure:
                for outbox_id in waiting:
                    self._store.outbox.bring_back(connection, outbox_id)
        failed = self._store.outbox.counts().get(OutboxState.FAILED.value, 0)
        if sure:
            return f"{len(waiting)} sends are tried again, {failed} other failed ones stay"
        left = failed - len(waiting)
        return f"{len(waiting)} sends would be tried again, {left} other failed ones stay; --yes does it"

    def resend(self, outbox_id: str, *, sure: bool) -> str:
        outgoing = self._outgoing(outbox_id, _UNSETTLED)
        if not _may_have_arrived(outgoing):
            raise UserError(f"{outbox_id} was not sent ({outgoing.error})", hint=f"retry {outbox_id} sends it")
        if not sure:
            raise UserError(f"{outbox_id} may have arrived", hint=f"{_LOOK}, then add --yes")
        self._ring(self._again(outbox_id, _UNSETTLED), f"resend-{outbox_id}")
        return f"{outbox_id} is sent again"

    def take_over(self, customer: str, *, who: str, reason: str) -> str:
        customer_id = self._customer_id(customer)
        with self._store.database.write() as connection:
            self._store.people.hand_off(connection, customer_id, who=who, reason=reason)
        return f"{customer_id}: a person answers, the bot is silent"

    def hand_back(self, customer: str) -> str:
        customer_id = self._customer_id(customer)
        conversations = self._store.core.conversations
        with self._store.database.write() as connection:
            was_away = self._store.people.hand_back(connection, customer_id)
            conversation_id = self._store.people.get(customer_id).conversation_id
            if conversation_id:
                known = conversations.get(conversation_id)
                state = known.state.model_copy(update={"handed_off": False})
                conversations.replace_state(conversation_id, state, expected_version=known.version)
        return f"{customer_id}: the bot answers again" if was_away else f"{customer_id}: nobody had taken over"

    def export(self, customer: str) -> str:
        rows = self._erasure.rows(self._customer_id(customer))
        opened = {table: [self._opened(row) for row in found] for table, found in rows.items()}
        return json.dumps(opened, ensure_ascii=False, indent=1, default=_plain)

    def erase(self, customer: str, *, sure: bool, at_twilio: bool) -> str:
        """Twilio first: while we still know which messages are the customer's. Raises TwilioUnreachable, or
        UserError for who writes meanwhile: then nothing is erased here, and it can be tried again."""
        customer_id = self._customer_id(customer)
        if not sure:
            raise UserError(f"{customer_id}: everything would be erased", hint="export first, then add --yes")
        try:
            done = self._erase(customer_id, at_twilio=at_twilio)
        except Conflict as error:
            raise UserError(f"{customer_id} is writing or answered right now", hint="try again in a minute") from error
        return done + _what_stays(scrub(self._store.database))

    def retention(self, *, days: int, sure: bool) -> str:
        """Raises UserError, after all others are erased, for those who are being answered or whose messages Twilio does
        not delete."""
        since = utc_now() - timedelta(days=days)
        idle = self._store.people.idle_since(since)
        if not sure:
            return f"{len(idle)} customers have been silent for {days} days; --yes erases them"
        faults = [(customer_id, self._fault(customer_id, silent_since=since)) for customer_id in idle]
        skipped = [f"{customer_id} ({fault})" for customer_id, fault in faults if fault]
        # Also what a run before this one erased that was killed, or kept from it by a reader.
        done = f"{len(idle) - len(skipped)} customers erased{_what_stays(scrub(self._store.database))}"
        if skipped:
            hint = "run it again in a minute; whom Twilio refuses each time: see the runbook erase-a-customer"
            raise UserError(f"{done}, {len(skipped)} skipped: {', '.join(skipped)}", hint=hint)
        return done

    def reseal(self) -> str:
        """What stood there before is gone from the files too. Raises StoreError for what no known key opens."""
        database = self._store.database
        shared = cipher_on(database.engine.dialect)
        rows = reseal(database, self._store.sealer, (table.c.sealed for table in SEALED_TABLES))
        rows += reseal(database, shared) if shared else 0
        return f"{rows} rows written again with the current key{_what_stays(scrub_all(database))}"

    def _fault(self, customer_id: str, *, silent_since: datetime) -> str:
        """Why the customer is not erased; empty when it was done."""
        try:
            self._erase(customer_id, at_twilio=True, silent_since=silent_since)
        except UserError:
            return "being answered right now"
        except (TwilioUnreachable, Conflict) as error:
            return error.message
        return ""

    def _erase(self, customer_id: str, *, at_twilio: bool, silent_since: datetime | None = None) -> str:
        # A turn under way is fenced off: it must not write the customer back.
        people = self._store.people
        fence = people.claim(customer_id, f"erase-{customer_id}", _ERASING)
        if fence is None:
            raise UserError(f"{customer_id} is being answered right now", hint="try again in a minute")
        try:
            sids = self._erasure.message_sids(customer_id)
            # After the list: whoever writes from now on is not in it.
            if silent_since and people.get(customer_id).last_inbound_at >= silent_since:
                raise Conflict(f"{customer_id} has written meanwhile")
            for sid in sids if at_twilio else ():
                self._api.delete(sid)
            with people.fenced(customer_id, fence):
                rows = self._erasure.erase(customer_id, known=sids)
        except StoreError:
            with suppress(LostLease), people.fenced(customer_id, fence) as connection:
                people.let_go(connection, customer_id)
            raise
        copies = f"{len(sids)} messages at Twilio" if at_twilio else "Twilio's copies kept"
        return f"{customer_id}: {rows} rows erased, {copies}"

    def _again(self, outbox_id: str, states: tuple[OutboxState, ...]) -> str:
        outgoing = self._outgoing(outbox_id, states)
        with self._store.database.write() as connection:
            if not self._store.outbox.bring_back(connection, outbox_id):
                raise _settled(outgoing)
        return outgoing.customer_id

    def _outgoing(self, outbox_id: str, states: tuple[OutboxState, ...]) -> Outgoing:
        try:
            outgoing = self._store.outbox.get(outbox_id)
        except NotFound as error:
            raise UserError(f"{outbox_id}: no such message", hint="see dead-letters and outbox") from error
        if outgoing.state not in states:
            raise _settled(outgoing)
        return outgoing

    def _customer_id(self, customer: str) -> str:
        if _PSEUDONYM.fullmatch(customer):
            try:
                return self._store.people.get(customer).customer_id
            except NotFound as error:
                raise UserError(f"no customer {customer}") from error
        address = customer if customer.startswith("whatsapp:") else f"whatsapp:{customer}"
        found = self._store.people.find(address)
        if len(found) != 1:
            names = ", ".join(one.customer_id for one in found)
            problem = f"{len(found)} customers have that address"
            raise UserError(problem, hint=f"name one of: {names}" if names else "whatsapp:+52…")
        return found[0].customer_id

    def _opened(self, row: dict[str, Any]) -> dict[str, Any]:
        """Readable: sealed columns opened, documents as what they hold."""
        content = {"content": self._store.sealer.open(row["sealed"])} if "sealed" in row else {}
        values = {name: value for name, value in row.items() if name != "sealed"} | content
        return {name: _parsed(value) if isinstance(value, str) else value for name, value in values.items()}

    def _ring(self, customer_id: str, ring_id: str) -> None:
        try:
            self._ring_now(customer_id, ring_id)
        except Exception:  # noqa: BLE001 - a sweep finds the work within seconds
            return


def open_desk(settings: ChannelSettings, core: Settings) -> Desk:
    """Raises ConfigurationError or StoreError."""
    store = open_channel_store(settings.checked(), core)
    return Desk(settings, core, store, TwilioApi(settings), EngineClient(core).ring)


def _may_have_arrived(outgoing: Outgoing) -> bool:
    return outgoing.state is OutboxState.SEND_UNKNOWN or outgoing.error == UNSETTLED


def _what_stays(done: Scrubbed) -> str:
    left = "" if done.readers_are_gone else _STILL_IN_FILES
    return left + ("" if done.statistics_are_new else _OLD_STATISTICS)


def _settled(outgoing: Outgoing) -> UserError:
    return UserError(f"{outgoing.outbox_id} is {outgoing.state.value}", hint="nothing to send again")


def _line(identifier: str, customer_id: str, age: str, what: str) -> str:
    return f"{identifier:46} {customer_id:34} {age:>8}  {what}"


def _age(since: datetime) -> str:
    seconds = int((utc_now() - since).total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"


def _parsed(content: str) -> Any:
    """A document as what it holds; a text, or a number written as one, as it is."""
    if not content.startswith(("{", "[")):
        return content
    try:
        return json.loads(content)
    except ValueError:
        return content


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
