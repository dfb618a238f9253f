"""A tapped feedback button or a bare thumb is an opinion of the last reply, not a message to the bot."""

from __future__ import annotations

from bot_core.errors import NotFound
from bot_core.store.records import CUSTOMER, Feedback, FeedbackValue
from channels.inbound.reading import OPINION
from channels.store.records import Customer, StoredMessage
from channels.store.store import ChannelStore
from channels.texts import phrases


class Opinions:
    def __init__(self, store: ChannelStore) -> None:
        self._store = store

    def take(self, message: StoredMessage, customer: Customer, *, with_person: bool = False) -> bool:
        """True when the message was an opinion; it is stored. Raises StoreError.

        `with_person`: a thumb is then for the person who answers; a tap still says which reply of ours it is about.
        """
        found = self._tapped(message) or (None if with_person else self._thumb(message, customer))
        if found is None:
            return False
        tracking_id, value = found
        try:
            if self._store.core.conversations.turn(tracking_id).conversation_id != customer.conversation_id:
                return True
            self._store.core.feedback.give(Feedback(tracking_id=tracking_id, value=value, source=CUSTOMER))
        except NotFound:
            # An opinion of a turn that was erased: nothing to keep, and nothing to answer.
            return True
        return True

    def _tapped(self, message: StoredMessage) -> tuple[str, FeedbackValue] | None:
        # Only the payload field counts: the same characters typed by hand are a text like any other.
        match = OPINION.fullmatch(message.webhook.button_payload or "")
        return (match[1], FeedbackValue(match[2])) if match else None

    def _thumb(self, message: StoredMessage, customer: Customer) -> tuple[str, FeedbackValue] | None:
        text = message.webhook.text.strip()
        value = FeedbackValue.UP if text in phrases().thumbs_up else None
        value = FeedbackValue.DOWN if text in phrases().thumbs_down else value
        if value is None or customer.conversation_id is None:
            return None
        turns = self._store.core.conversations.turns(customer.conversation_id)
        return (turns[-1].tracking_id, value) if turns else None
