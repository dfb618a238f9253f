"""👍 and 👎 that were given here. Asked for at every run of a page, so known ones are not read again."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from bot_core.store.contracts import FeedbackStore
from bot_core.store.records import Feedback, FeedbackValue

_MOST_KEPT = 50_000


class Opinions:
    """The opinions of one source. Safe for many threads; only this process may give opinions of that source."""

    def __init__(self, feedback: FeedbackStore, source: str) -> None:
        self._feedback = feedback
        self._source = source
        self._known: dict[str, FeedbackValue | None] = {}
        self._lock = threading.Lock()

    def give(self, tracking_id: str, value: FeedbackValue) -> None:
        """Raises NotFound for an unknown turn."""
        self._feedback.give(Feedback(tracking_id=tracking_id, value=value, source=self._source))
        with self._lock:
            self._known[tracking_id] = value

    def of(self, tracking_ids: Sequence[str]) -> dict[str, FeedbackValue]:
        """The opinions of those turns that have one."""
        with self._lock:
            if len(self._known) > _MOST_KEPT:
                self._known.clear()
            for tracking_id in tracking_ids:
                if tracking_id not in self._known:
                    self._known[tracking_id] = self._stored(tracking_id)
            return {name: value for name in tracking_ids if (value := self._known[name])}

    def _stored(self, tracking_id: str) -> FeedbackValue | None:
        given = self._feedback.of(tracking_id)
        return next((feedback.value for feedback in given if feedback.source == self._source), None)
