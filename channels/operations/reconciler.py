"""After an outage: what Twilio tried to tell us and could not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot_core.messages import MessageKind, utc_now
from channels.inbound.reading import read_signals
from channels.inbound.webhook import InboundWebhook, media_kind
from channels.operations.spool import Spool, read_spool
from channels.outbound.sender import WINDOW
from channels.outbound.twilio import ListedMessage, MessagingApi, TwilioUnreachable
from channels.settings import ChannelSettings
from channels.store.store import ChannelStore

_YOUNGEST = timedelta(seconds=60)
"""Younger messages may still be on their way to the webhook, with all their fields."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    spooled: int
    listed: int
    too_old: int
    unreadable: tuple[str, ...]
    """Files of the spool, each with the reason. They stay where they are."""


class Reconciler:
    """Safe to run at any time and as often as one likes: a message is stored once, however it comes."""

    def __init__(
        self,
        settings: ChannelSettings,
        store: ChannelStore,
        api: MessagingApi,
        ring: Callable[[str, str], None],
        *,
        spool: Path,
        youngest: timedelta = _YOUNGEST,
    ) -> None:
        self._settings = settings
        self._store = store
        self._api = api
        self._ring = ring
        self._spool = spool
        self._youngest = youngest

    def run(self, *, hours: float) -> Reconciled:
        """Raises StoreError, or TwilioUnreachable when the list cannot be had; what was taken in before stays, and the
        hint says how much came from the spool."""
        spool = read_spool(self._spool, self._store.sealer)
        spooled, old_ones = self._take_spool(spool)
        try:
            listed, too_old = self._take_listed(hours)
        except TwilioUnreachable as error:
            hint = f"{spooled} from the spool are taken in, Twilio's list was not read to its end: run it again later"
            if spool.unreadable:
                hint += f"; cannot be read: {', '.join(spool.unreadable)}"
            raise TwilioUnreachable(error.message, hint=hint) from error
        return Reconciled(spooled, listed, old_ones + too_old, spool.unreadable)

    def _take_listed(self, hours: float) -> tuple[int, int]:
        """How many were taken in, and how many are too old to answer."""
        listed = too_old = 0
        now = utc_now()
        for ours in self._settings.senders:
            found = sorted(self._api.received(ours, since=now - timedelta(hours=hours)), key=lambda one: one.created_at)
            for message in found:
                if now - message.created_at < self._youngest or self._store.inbox.knows(message.message_sid):
                    continue
                if self._is_old(message.created_at):
                    too_old += self._take_old(self._webhook(message))
                else:
                    listed += self._take(self._webhook(message))
        return listed, too_old

    def _is_old(self, moment: datetime) -> bool:
        """An answer could no longer be sent: none is paid for."""
        return utc_now() - moment > WINDOW

    def _take(self, webhook: InboundWebhook) -> bool:
        stored = self._store.inbox.add(webhook, read_signals(webhook))
        if stored.waits:
            self._ring(stored.customer_id, webhook.message_sid)
        return stored.is_new

    def _take_old(self, webhook: InboundWebhook) -> bool:
        return self._store.inbox.add_old(webhook, read_signals(webhook)).is_new

    def _take_spool(self, spool: Spool) -> tuple[int, int]:
        """As `_take_listed`."""
        taken = too_old = 0
        for one in spool.waiting:
            if self._is_old(one.webhook.received_at):
                too_old += self._take_old(one.webhook)
            else:
                taken += self._take(one.webhook)
            # Only after the commit; a repetition after a crash here changes nothing.
            one.forget()
        return taken, too_old

    def _webhook(self, message: ListedMessage) -> InboundWebhook:
        """The list tells less than the webhook: no name, no button payload."""
        kind = media_kind(self._api.media_type(message.message_sid)) if message.media_count else MessageKind.TEXT
        return InboundWebhook(
            message_sid=message.message_sid,
            account_sid=self._settings.account_sid,
            sender=message.sender,
            recipient=message.recipient,
            text=message.body,
            kind=kind,
            received_at=message.created_at,
        )
