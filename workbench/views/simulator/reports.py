"""What people do on the phones, taken in at the beginning of a run, so that the same run shows it."""

from __future__ import annotations

from bot_core.errors import NotFound
from bot_core.messages import InboundMessage
from bot_core.store.records import FeedbackValue
from workbench import session
from workbench.components.phone.phone import Report, reported


def phone_key(phone: int) -> str:
    return f"phone-{phone}"


def take_reports() -> None:
    """Of all phones. Taking the same report in twice changes nothing."""
    for phone in range(1, session.phones() + 1):
        report = reported(phone_key(phone))
        if report is None:
            continue
        if report.conversation == session.conversation_id(phone):
            _take(phone, report)
        elif session.was_shown(report.conversation):
            _take_late(phone, report)


def _take(phone: int, report: Report) -> None:
    if not session.is_new(phone_key(phone), report.serial):
        return
    if report.messages:
        send(phone, report.inbound)
        session.select_turn(phone, None)
    elif report.selected:
        session.select_turn(phone, report.selected)
    rate(report)


def _take_late(phone: int, report: Report) -> None:
    """Written while the next conversation was being opened: it belongs to the one before."""
    if report.messages and session.is_new(phone_key(phone), report.serial):
        session.workbench().replies.send(report.conversation, report.inbound, session.choice(phone))


def send(phone: int, messages: tuple[InboundMessage, ...]) -> None:
    """To the bot of that phone; to all when one customer holds them."""
    receivers = range(1, session.phones() + 1) if session.same_customer() else (phone,)
    for receiver in receivers:
        own = messages if receiver == phone else tuple(_copy(message, receiver) for message in messages)
        session.workbench().replies.send(
            session.conversation_id(receiver), own, session.choice(receiver), network=session.network()
        )


def _copy(message: InboundMessage, receiver: int) -> InboundMessage:
    """The same words for another phone; told again, they have the same id."""
    return message.model_copy(update={"message_id": f"{message.message_id}.{receiver}"})


def rate(report: Report) -> None:
    """Store the opinions that are not known yet."""
    opinions = session.workbench().opinions
    known = opinions.of(list(report.ratings))
    for tracking_id, rating in report.ratings.items():
        if known.get(tracking_id) != rating:
            try:
                opinions.give(tracking_id, FeedbackValue(rating))
            except NotFound:  # a turn that was erased meanwhile, or never was
                continue
