"""Sends one message at a time for a customer: check, mark, request, record. Never twice, never blindly again."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from bot_core.messages import utc_now
from channels.crashing import CrashPoints
from channels.observability.logs import log
from channels.observability.metrics import Metrics
from channels.observability.traces import NoTraces, Traces
from channels.outbound.errors import Failure
from channels.outbound.twilio import Accepted, Failed, MessagingApi, SendResult
from channels.settings import ChannelSettings
from channels.store.notices import has_other_notice
from channels.store.records import (
    ANSWERS,
    EXPIRED,
    NO_NOTICE,
    UNSETTLED,
    Allowed,
    Content,
    Customer,
    OutboxKind,
    OutboxState,
    Outgoing,
)
from channels.store.statuses import OPTED_OUT
from channels.store.store import ChannelStore

WINDOW = timedelta(hours=24)
_MARGIN = timedelta(minutes=1)
_LOOKUPS = 2
_MOST_DOUBLINGS = 30
_SKEW = timedelta(seconds=5)
"""How far Twilio's clock may be from ours."""
_log = log(__name__)


class OutboxSender:
    def __init__(
        self,
        settings: ChannelSettings,
        store: ChannelStore,
        api: MessagingApi,
        *,
        metrics: Metrics,
        traces: Traces | None = None,
        crashes: CrashPoints | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._api = api
        self._metrics = metrics
        self._traces = traces or NoTraces()
        self._crashes = crashes or CrashPoints()

    def reserve(self, customer_id: str) -> float:
        """Seconds until the next message of our sender to this customer may go out; its place is taken. All workers
        share the rate, and the pauses that Twilio asks for. Raises StoreError."""
        ours = self._store.people.get(customer_id).address.ours
        return self._store.rates.reserve(_rate(ours), per_second=self._settings.sends_per_second) or 0.0

    def send(self, outbox_id: str, customer_id: str, fence: int) -> str:
        """The state of the message afterwards. Raises LostLease (nothing was sent) or StoreError."""
        with self._store.people.fenced(customer_id, fence) as connection:
            ready = self._prepare(connection, outbox_id)
        if ready is None:
            return self._store.outbox.get(outbox_id).state.value
        outgoing, customer = ready
        callback = self._settings.url(f"/twilio/status?o={outbox_id}")
        with self._traces.span(
            "send", tracking_id=outgoing.tracking_id, kind=outgoing.kind.value, attempt=outgoing.attempts + 1
        ) as span:
            result = self._api.send(customer.address, outgoing.content, callback)
            span.note(outcome="accepted" if isinstance(result, Accepted) else result.kind.value)
        self._crashes.reached("after_post")
        # Without the fence: what has happened is recorded whoever works for the customer by now.
        with self._store.database.write() as connection:
            self._record(connection, outgoing, result)
        state = self._store.outbox.get(outbox_id).state.value
        self._metrics.sends.labels(state).inc()
        _log.info(
            "send",
            tracking_id=outgoing.tracking_id,
            customer=customer_id,
            outbox=outbox_id,
            state=state,
            attempt=outgoing.attempts + 1,
        )
        return state

    def settle(self, outbox_id: str, customer_id: str, fence: int) -> str:
        """Find out what became of a send of unknown end, by Twilio's own list. Raises as `send` does."""
        outgoing = self._store.outbox.get(outbox_id)
        customer = self._store.people.get(customer_id)
        since = (outgoing.attempted_at or outgoing.created_at) - _SKEW
        try:
            listed = self._api.sent_to(customer.address, since=since)
        except Exception as error:  # noqa: BLE001 - an outage: look again later, count nothing
            _log.warning("list_failed", outbox=outbox_id, error=type(error).__name__)
            with self._store.people.fenced(customer_id, fence) as connection:
                self._store.outbox.look_later(connection, outbox_id, seconds=self._settings.settle_seconds)
            return OutboxState.SEND_UNKNOWN.value
        with self._store.people.fenced(customer_id, fence) as connection:
            for message in listed:
                is_it = message.body == outgoing.content.body
                if is_it and self._store.outbox.by_sid(connection, message.message_sid) is None:
                    self._accepted(connection, outgoing, message.message_sid)
                    break
            else:
                self._missing(connection, outgoing)
        return self._store.outbox.get(outbox_id).state.value

    def _prepare(self, connection: Connection, outbox_id: str) -> tuple[Outgoing, Customer] | None:
        """Mark as being sent, unless it may not be sent any more."""
        outgoing = self._store.outbox.read(connection, outbox_id)
        if outgoing.state is OutboxState.SENDING:
            # Whoever began this died before its end was known.
            self._store.outbox.doubt(connection, outbox_id, seconds=self._settings.settle_seconds, error="crash")
            return None
        if outgoing.state is not OutboxState.PENDING:
            return None
        customer = self._store.people.get(outgoing.customer_id)
        if reason := self._objection(connection, outgoing, customer):
            self._store.outbox.cancel(connection, outbox_id, reason)
            return None
        is_late = utc_now() - customer.last_inbound_at > WINDOW - _MARGIN
        if is_late and not self._settings.window_template:
            self._store.outbox.fail(connection, outbox_id, "window")
            return None
        if is_late or self._is_template(outgoing):
            if not _may_be_template(outgoing):
                self._store.outbox.cancel(connection, outbox_id, "window")
                return None
            outgoing = self._as_template(connection, outgoing)
        elif customer.noticed_at is None and _needs_notice(outgoing):
            # It was a dead letter, or stopped: then so is what should have followed it.
            self._store.outbox.fail(connection, outbox_id, NO_NOTICE)
            return None
        return (outgoing, customer) if self._store.outbox.start(connection, outbox_id) else None

    def _is_template(self, outgoing: Outgoing) -> bool:
        """It was tried as the template before: it stays one, also when the customer has written since."""
        return bool(self._settings.window_template) and outgoing.content.content_sid == self._settings.window_template

    def _as_template(self, connection: Connection, outgoing: Outgoing) -> Outgoing:
        """Without variables: what we had to say is not in it, so it needs no privacy notice before it."""
        template = Content(body=outgoing.content.body, content_sid=self._settings.window_template)
        self._store.outbox.replace_content(connection, outgoing.outbox_id, template)
        return outgoing.model_copy(update={"content": template})

    def _objection(self, connection: Connection, outgoing: Outgoing, customer: Customer) -> str:
        """Why it may not be sent after all; "" when it may."""
        has_left = self._store.people.has_opted_out(connection, customer.matching_key)
        if has_left and outgoing.allowed is not Allowed.OPT_OUT:
            return "opted_out"
        with_person = self._store.people.is_handed_off(connection, customer.customer_id)
        if with_person and outgoing.allowed is Allowed.NOTHING and not self._precedes_allowed(connection, outgoing):
            return "handed_off"
        if outgoing.kind is OutboxKind.NOTICE and has_other_notice(connection, outgoing):
            return "noticed"
        return ""

    def _precedes_allowed(self, connection: Connection, outgoing: Outgoing) -> bool:
        """It is the notice, which a confirmation of the hand-off waits for, whichever turn wrote the two."""
        is_notice = outgoing.kind is OutboxKind.NOTICE
        return is_notice and self._store.outbox.confirms_hand_off(connection, outgoing.customer_id)

    def _record(self, connection: Connection, outgoing: Outgoing, result: SendResult) -> None:
        match result:
            case Accepted(message_sid):
                self._accepted(connection, outgoing, message_sid)
            case Failed(kind, code):
                self._failed(connection, outgoing, kind, code)

    def _accepted(self, connection: Connection, outgoing: Outgoing, message_sid: str) -> None:
        self._store.outbox.accept(connection, outgoing.outbox_id, message_sid)
        if outgoing.tracking_id and outgoing.kind in ANSWERS:
            first = self._store.inbox.first_of_turn(connection, outgoing.tracking_id)
            if first:
                self._metrics.reply.observe((utc_now() - first).total_seconds())
            self._store.inbox.replied(connection, outgoing.tracking_id)
        # A callback may have come before the answer to our own request.
        self._store.deliveries.merge(connection, message_sid)

    def _failed(self, connection: Connection, outgoing: Outgoing, kind: Failure, code: str) -> None:
        outbox, outbox_id, attempts = self._store.outbox, outgoing.outbox_id, outgoing.attempts + 1
        self._metrics.errors.labels(f"send_{kind.value}").inc()
        if kind is Failure.PERMANENT:
            outbox.fail(connection, outbox_id, code)
            if code in OPTED_OUT:
                # As of the send: who has written since wants to hear from us.
                sent_at = outbox.read(connection, outbox_id).attempted_at or utc_now()
                self._store.inbox.consent.refused(connection, outgoing.customer_id, sent_at)
        elif kind is Failure.AMBIGUOUS:
            outbox.doubt(connection, outbox_id, seconds=self._settings.settle_seconds, error=code)
        else:
            if kind is Failure.SLOW_DOWN:
                ours = self._store.people.get(outgoing.customer_id).address.ours
                self._store.rates.hold(_rate(ours), seconds=self._settings.retry_seconds)
            pause = self._pause(attempts)
            # Only from the longest pause on: what an operator brought back gets its short ones first.
            if pause >= self._settings.retry_longest_seconds and self._is_old(outgoing):
                outbox.fail(connection, outbox_id, f"{EXPIRED}{code}")
            else:
                outbox.postpone(connection, outbox_id, seconds=pause, error=code)

    def _pause(self, attempts: int) -> float:
        """Seconds until the next attempt after so many."""
        settings = self._settings
        doubled: int = 2 ** min(attempts - 1, _MOST_DOUBLINGS)
        return min(settings.retry_seconds * doubled, settings.retry_longest_seconds)

    def _is_old(self, outgoing: Outgoing) -> bool:
        return utc_now() - outgoing.created_at >= timedelta(hours=self._settings.retry_hours)

    def _missing(self, connection: Connection, outgoing: Outgoing) -> None:
        """Not in the list. Twice, with time between: it was not sent, as far as anybody can know."""
        if outgoing.lookups + 1 < _LOOKUPS:
            self._store.outbox.not_listed(connection, outgoing.outbox_id, seconds=self._settings.settle_seconds)
        elif not self._settings.resend_unlisted or outgoing.content.content_sid:
            # What a content came to is not ours to compare: a person decides.
            self._store.outbox.fail(connection, outgoing.outbox_id, UNSETTLED)
        elif self._is_old(outgoing):
            self._store.outbox.fail(connection, outgoing.outbox_id, f"{EXPIRED}unlisted")
        else:
            self._store.outbox.send_again(connection, outgoing.outbox_id, seconds=self._pause(outgoing.attempts))


def _needs_notice(outgoing: Outgoing) -> bool:
    """All that the bot says, but the confirmation to somebody who leaves."""
    return outgoing.kind is not OutboxKind.NOTICE and outgoing.allowed is not Allowed.OPT_OUT


def _may_be_template(outgoing: Outgoing) -> bool:
    """One a turn: its answer. Never the notice, which would count as given; never for somebody who leaves."""
    return outgoing.kind in ANSWERS and outgoing.allowed is not Allowed.OPT_OUT


def _rate(ours: str) -> str:
    return f"sends:{ours}"[:128]
