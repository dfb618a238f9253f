"""Keeps the index of what happened up to date with the store: the latest turns at once, older ones in the background,
new ones whenever a page asks."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot_core.errors import KavakBotError, NotFound
from bot_core.messages import utc_now
from bot_core.store.activity import LoggedTurn, Place, RecordedLead
from bot_core.store.records import Feedback, FeedbackValue
from bot_core.store.store import Store
from workbench.runner.turn_rows import turn_row
from workbench.storage.activity.index import ActivityIndex
from workbench.storage.activity.rows import LeadRow, OpinionRow

_FIRST_BATCH, _BATCH = 500, 2_000
_OVERLAP = timedelta(seconds=20)
"""A turn is stamped before it is committed: another process's may appear a little later than its time."""
_ASK_SECONDS = 0.4
_COUNT_SECONDS = 5.0
"""How often what was erased, or came in very late, is looked for."""
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Filling:
    """How far the index is: `done` of `total` turns."""

    done: int
    total: int
    complete: bool


class ActivityFeed:
    """Safe for many threads. Nothing is read before somebody asks."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._index: ActivityIndex | None = None
        self._lock = threading.RLock()
        self._known: set[str] = set()
        self._total = 0
        self._latest = self._read_until = _BEGINNING
        self._complete = False
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._asked_at = self._counted_at = -_COUNT_SECONDS

    def index(self) -> ActivityIndex:
        """With everything that is stored by now, or on its way there (see `filling`). Raises StoreError."""
        with self._lock:
            if self._index is None:
                self._index = self._started(ActivityIndex())
            elif time.monotonic() - self._asked_at > _ASK_SECONDS:
                self._catch_up(self._index)
                self._asked_at = time.monotonic()
            return self._index

    def filling(self) -> Filling:
        with self._lock:
            done = len(self._known)
            return Filling(done, max(done, self._total), self._complete)

    def wait(self, seconds: float) -> bool:
        """Until all that was stored is in the index; False when that takes longer."""
        thread = self._thread
        if thread:
            thread.join(seconds)
        return self._complete

    def refresh(self) -> None:
        """The next question sees everything, erased turns included, whenever the last one was asked."""
        with self._lock:
            self._asked_at = self._counted_at = -_COUNT_SECONDS

    def close(self) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join()
        if self._index:
            self._index.close()

    def _started(self, index: ActivityIndex) -> ActivityIndex:
        activity = self._store.activity
        self._total = activity.count()
        first = activity.before(limit=_FIRST_BATCH)
        self._latest = first[0].turn.created_at if first else utc_now() - _OVERLAP
        self._add(index, first)
        self._opinions_and_leads(index)
        if len(first) < _FIRST_BATCH:
            self._complete = True
        else:
            self._thread = threading.Thread(
                target=self._fill, args=(index, first[-1].place), name="workbench-activity", daemon=True
            )
            self._thread.start()
        return index

    def _fill(self, index: ActivityIndex, place: Place) -> None:
        """The older turns, newest first."""
        try:
            while not self._stop.is_set():
                older = self._store.activity.before(place, limit=_BATCH)
                if not older:
                    self._complete = True
                    return
                with self._lock:
                    self._add(index, older)
                place = older[-1].place
        except KavakBotError as error:
            _log.warning("older conversations are not searchable: %s", error)

    def _catch_up(self, index: ActivityIndex) -> None:
        after: Place | None = None
        start = self._latest - _OVERLAP
        while page := self._store.activity.since(start, after=after, limit=_BATCH):
            self._add(index, page)
            after = page[-1].place
            self._latest = max(self._latest, after.created_at)
        self._opinions_and_leads(index)
        if self._complete and time.monotonic() - self._counted_at > _COUNT_SECONDS:
            self._counted_at = time.monotonic()
            self._reconcile(index)

    def _add(self, index: ActivityIndex, turns: Sequence[LoggedTurn]) -> None:
        new = [turn for turn in turns if turn.turn.tracking_id not in self._known]
        if new:
            index.add_turns([turn_row(turn) for turn in new])
            self._known.update(turn.turn.tracking_id for turn in new)

    def _opinions_and_leads(self, index: ActivityIndex) -> None:
        moment, since = utc_now(), self._read_until
        if given := self._store.activity.feedback_since(since):
            index.put_opinions([_opinion(one) for one in given])
        if leads := self._store.activity.leads_since(since):
            index.put_leads([_lead(one) for one in leads])
        self._read_until = moment - _OVERLAP

    def _reconcile(self, index: ActivityIndex) -> None:
        if self._store.activity.count() == len(self._known):
            return
        stored = self._store.activity.tracking_ids()
        if gone := sorted(self._known - stored):
            index.forget(gone)
            self._known.difference_update(gone)
        late = [self._logged(tracking_id) for tracking_id in sorted(stored - self._known)]
        self._add(index, [turn for turn in late if turn])

    def _logged(self, tracking_id: str) -> LoggedTurn | None:
        try:
            turn = self._store.conversations.turn(tracking_id)
            whose = self._store.conversations.get(turn.conversation_id)
        except NotFound:
            return None
        return LoggedTurn(channel=whose.channel, customer_key=whose.customer_key, turn=turn)


def _opinion(given: Feedback) -> OpinionRow:
    return OpinionRow(given.tracking_id, given.source, given.value is FeedbackValue.UP, given.created_at)


def _lead(recorded: RecordedLead) -> LeadRow:
    lead = recorded.lead
    return LeadRow(recorded.reference, lead.tracking_id, lead.conversation_id, lead.kind.value, lead.created_at)
