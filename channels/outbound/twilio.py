"""Twilio's REST API as far as we use it. Failures are values; nothing of the client leaves this module."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from bot_core.errors import StoreError
from bot_core.messages import utc_now
from channels.outbound.errors import Failure, of_answer, of_exception
from channels.settings import ChannelSettings
from channels.store.records import Address, Content

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Accepted:
    message_sid: str


@dataclass(frozen=True, slots=True)
class Failed:
    kind: Failure
    code: str
    """Twilio's number, or the class of what went wrong on the way."""


SendResult = Accepted | Failed


@dataclass(frozen=True, slots=True)
class ListedMessage:
    """A message as Twilio lists it."""

    message_sid: str
    body: str
    status: str
    sender: str
    recipient: str
    created_at: datetime
    media_count: int


class TwilioUnreachable(StoreError):
    """A list or deletion could not be had; nothing is known or changed."""


class MessagingApi(Protocol):
    def send(self, address: Address, content: Content, status_callback: str) -> SendResult: ...

    def show_typing(self, message_sid: str) -> bool:
        """Best effort."""
        ...

    def sent_to(self, address: Address, *, since: datetime) -> tuple[ListedMessage, ...]:
        """What Twilio has of ours for this customer. Raises TwilioUnreachable."""
        ...

    def received(self, ours: str, *, since: datetime) -> Iterator[ListedMessage]:
        """What customers sent to one of our numbers. Raises TwilioUnreachable."""
        ...

    def media_type(self, message_sid: str) -> str:
        """Of the first one; "" when it is gone. Raises TwilioUnreachable."""
        ...

    def delete(self, message_sid: str) -> None:
        """Twilio's copy, media included; gone already is fine. Raises TwilioUnreachable."""
        ...


class TwilioApi:
    def __init__(self, settings: ChannelSettings) -> None:
        self._settings = settings
        self._clients = threading.local()

    def warm_up(self) -> None:
        """Import the client's modules now: they take seconds, and a customer would wait for them."""
        _ = self._client.messages, self._client.messaging.v2.typing_indicator

    def send(self, address: Address, content: Content, status_callback: str) -> SendResult:
        from twilio.base.exceptions import TwilioException, TwilioRestException  # type: ignore[import-untyped]

        try:
            created = self._client.messages.create(
                to=address.customer,
                from_=address.ours,
                status_callback=status_callback,
                validity_period=self._settings.validity_seconds,
                **_what(content),
            )
        except TwilioRestException as error:
            return Failed(of_answer(error.status, error.code), str(error.code or error.status))
        except TwilioException:
            return Failed(Failure.AMBIGUOUS, "unreadable")
        except Exception as error:  # noqa: BLE001 - whatever it is, the request may have arrived
            return Failed(of_exception(error), type(error).__name__)
        return Accepted(str(created.sid)) if created.sid else Failed(Failure.AMBIGUOUS, "no_sid")

    def show_typing(self, message_sid: str) -> bool:
        try:
            shown = self._client.messaging.v2.typing_indicator.create(channel="whatsapp", message_id=message_sid)
        except Exception:  # noqa: BLE001 - a nicety, in beta; the reply does not depend on it
            return False
        return bool(shown.success)

    def sent_to(self, address: Address, *, since: datetime) -> tuple[ListedMessage, ...]:
        listed = self._listed(to=address.customer, from_=address.ours, since=since)
        return tuple(message for message in listed if message.created_at >= since - timedelta(seconds=2))

    def received(self, ours: str, *, since: datetime) -> Iterator[ListedMessage]:
        for message in self._listed(to=ours, from_=None, since=since):
            if message.created_at >= since:
                yield message

    def media_type(self, message_sid: str) -> str:
        found: list[Any] = []
        with _translated(missing_is_fine=True):
            found = self._client.messages(message_sid).media.list(limit=1)
        return str(found[0].content_type) if found else ""

    def delete(self, message_sid: str) -> None:
        with _translated(missing_is_fine=True):
            message = self._client.messages(message_sid)
            for media in message.media.list():
                media.delete()
        with _translated(missing_is_fine=True):
            self._client.messages(message_sid).delete()

    def _listed(self, *, to: str, from_: str | None, since: datetime) -> list[ListedMessage]:
        # Twilio filters by whole days (GMT).
        day = since.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        narrowed = {"from_": from_} if from_ else {}
        with _translated():
            found = self._client.messages.list(to=to, date_sent_after=day, page_size=_PAGE, **narrowed)
        return [_listed(one) for one in found]

    @property
    def _client(self) -> Any:
        """One for each thread: a requests session is not made for several."""
        client = getattr(self._clients, "client", None)
        if client is None:
            from twilio.rest import Client  # type: ignore[import-untyped]

            from channels.outbound.http import BoundedHttpClient

            settings = self._settings
            client = self._clients.client = Client(
                settings.account_sid,
                settings.auth_token.get_secret_value(),
                http_client=BoundedHttpClient(
                    connect_timeout=settings.connect_timeout,
                    read_timeout=settings.read_timeout,
                    api_base=settings.api_base,
                ),
            )
        return client


def _what(content: Content) -> dict[str, str]:
    if content.content_sid is None:
        return {"body": content.body}
    return {"content_sid": content.content_sid, "content_variables": json.dumps(content.variables, ensure_ascii=False)}


def _listed(one: Any) -> ListedMessage:
    created = one.date_created or one.date_sent or utc_now()
    return ListedMessage(
        message_sid=one.sid,
        body=one.body or "",
        status=str(one.status),
        sender=one.from_ or "",
        recipient=one.to or "",
        created_at=created if created.tzinfo else created.replace(tzinfo=UTC),
        media_count=int(one.num_media or 0),
    )


class _translated:  # noqa: N801 - reads as a statement: `with _translated():`
    def __init__(self, *, missing_is_fine: bool = False) -> None:
        self._missing_is_fine = missing_is_fine

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if error is None or not isinstance(error, Exception):
            return False
        # A page that could not be fetched carries the answer as its second argument.
        answer = error.args[1] if len(error.args) > 1 else None
        status = getattr(error, "status", None) or getattr(answer, "status_code", None)
        if self._missing_is_fine and status == 404:
            return True
        raise TwilioUnreachable(f"Twilio: {status or type(error).__name__}") from error
