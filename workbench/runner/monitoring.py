"""What the monitoring page shows: figures of a period, the channel's queue, and limits that somebody set."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot_core.messages import utc_now
from bot_core.settings import Settings
from bot_core.store.reviews import AlertThreshold
from bot_core.store.store import Store
from workbench.runner.activity import ActivityFeed, Filling
from workbench.runner.channel_queue import Queue, read_queue
from workbench.storage.activity.figures import (
    GROUPINGS,
    Group,
    Grouping,
    Period,
    Point,
    Totals,
    Unanswered,
    choices,
    groups,
    series,
    totals,
    unanswered,
)

_QUEUE_KEPT_SECONDS = 5.0
_REPORT_KEPT_SECONDS = 2.0
_REPORTS_KEPT = 32
WINDOW = timedelta(hours=1)
"""What a limit looks back at; a day for money."""


@dataclass(frozen=True, slots=True)
class Report:
    period: Period
    totals: Totals
    before: Totals
    """Of the period of the same length just before."""
    series: tuple[Point, ...]
    groups: Mapping[Grouping, tuple[Group, ...]]
    unanswered: tuple[Unanswered, ...]
    filling: Filling


@dataclass(frozen=True, slots=True)
class Alert:
    """A figure beyond its limit."""

    threshold: AlertThreshold
    value: float


THRESHOLDS: Mapping[str, float] = {
    "turn_p95": 15.0,
    "failed": 0.05,
    "fallback": 0.05,
    "gaps": 0.3,
    "downs": 0.2,
    "usd_day": 20.0,
    "queue_depth": 50.0,
    "queue_age": 60.0,
}
"""Names of the figures that can have a limit, with one that is offered: seconds, shares, US dollars, messages."""


class MonitoringDesk:
    def __init__(
        self, settings: Settings, store: Store, feed: ActivityFeed, own_channel: Callable[[], str | None]
    ) -> None:
        """`own_channel` is asked for the metrics of the channel that runs here, when the settings name no other."""
        self._named_channel = settings.channel_metrics_url
        self._own_channel = own_channel
        self._store = store
        self._feed = feed
        self._lock = threading.Lock()
        self._queue: tuple[float, Queue | None] = (-_QUEUE_KEPT_SECONDS, None)
        self._reports: dict[tuple[datetime, datetime, str], tuple[float, Report]] = {}

    def report(self, period: Period) -> Report:
        """Raises StoreError. The same question within two seconds is answered from memory."""
        key, now = (period.start, period.end, period.channel), time.monotonic()
        with self._lock:
            at, known = self._reports.get(key, (0.0, None))
        if known and now - at < _REPORT_KEPT_SECONDS:
            return known
        made = self._made(period)
        with self._lock:
            self._reports = {name: kept for name, kept in self._reports.items() if now - kept[0] < _REPORT_KEPT_SECONDS}
            if len(self._reports) < _REPORTS_KEPT:
                self._reports[key] = (now, made)
        return made

    def channels(self) -> Sequence[str]:
        return choices(self._feed.index(), "channel")

    @property
    def has_channel(self) -> bool:
        """Whether somebody said where the channel's metrics are, or it runs here."""
        return self._metrics_url() is not None

    def queue(self) -> Queue | None:
        """The channel's queue as it was a few seconds ago at most; None when the channel does not answer."""
        url = self._metrics_url()
        if url is None:
            return None
        with self._lock:
            at, known = self._queue
            if time.monotonic() - at > _QUEUE_KEPT_SECONDS:
                known = read_queue(url)
                self._queue = (time.monotonic(), known)
            return known

    def _metrics_url(self) -> str | None:
        return self._named_channel or self._own_channel()

    def thresholds(self) -> tuple[AlertThreshold, ...]:
        return self._store.alerts.list()

    def set_threshold(self, name: str, limit: float | None, *, who: str) -> None:
        """None takes the limit away. Raises KeyError for a figure that has none."""
        if name not in THRESHOLDS:
            raise KeyError(name)
        if limit is None:
            self._store.alerts.remove(name)
        else:
            self._store.alerts.put(AlertThreshold(name=name, limit=limit, set_by=who))

    def alerts(self) -> tuple[Alert, ...]:
        """Figures that are beyond their limits now; one without a figure (nobody wrote) raises none."""
        limits = self.thresholds()
        if not limits:
            return ()
        values = self._current({limit.name for limit in limits})
        return tuple(
            Alert(limit, value)
            for limit in limits
            if (value := values.get(limit.name)) is not None and value > limit.limit
        )

    def _current(self, names: set[str]) -> Mapping[str, float | None]:
        index, now = self._feed.index(), utc_now()
        hour = totals(index, Period(now - WINDOW, now))
        opinions = hour.ups + hour.downs
        queue = self.queue() if names & {"queue_depth", "queue_age"} else None
        return {
            "turn_p95": hour.p95,
            "failed": hour.failed,
            "fallback": hour.fallback,
            "gaps": hour.gaps,
            "downs": hour.downs / opinions if opinions else None,
            "usd_day": totals(index, Period(now - timedelta(days=1), now)).usd if "usd_day" in names else None,
            "queue_depth": float(queue.waiting) if queue else None,
            "queue_age": queue.oldest_seconds if queue else None,
        }

    def _made(self, period: Period) -> Report:
        index = self._feed.index()
        before = Period(period.start - (period.end - period.start), period.start, period.channel)
        return Report(
            period=period,
            totals=totals(index, period),
            before=totals(index, before),
            series=series(index, period),
            groups={by: groups(index, period, by) for by in GROUPINGS},
            unanswered=unanswered(index, period),
            filling=self._feed.filling(),
        )
