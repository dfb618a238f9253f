"""A circuit breaker: a model that keeps failing is left alone for a while, then tried with one call."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot_core.errors import CircuitOpen, ModelError, ModelTimeout, ModelUnavailable


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    """The pause is over: one call may try, the others are still kept away."""


@dataclass(frozen=True, slots=True)
class BreakerRules:
    failures: int = 5
    """Failed calls in a row that open it."""
    open_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to make one call. Its result counts only while the state that gave it lasts."""

    era: int


def is_outage(error: ModelError) -> bool:
    """True when the model did not answer at all; a refusal, a bad answer or a rate limit shows that it is alive."""
    return isinstance(error, ModelTimeout | ModelUnavailable)


class CircuitBreaker:
    """The state of one model. Safe to share between event loops and threads; it never waits."""

    def __init__(
        self, model: str, rules: BreakerRules | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._model = model
        self._rules = rules or BreakerRules()
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._opened_at: float | None = None
        self._probing = False
        self._era = 0

    @property
    def state(self) -> BreakerState:
        if self._opened_at is None:
            return BreakerState.CLOSED
        return BreakerState.HALF_OPEN if self._remaining() <= 0 else BreakerState.OPEN

    def check(self) -> None:
        """Raises CircuitOpen when a call could not be admitted now; takes nothing."""
        with self._lock:
            self._refuse_if_closed_off()

    def admit(self) -> Permit:
        """Leave for one call, to be given back through `record`. Raises CircuitOpen."""
        with self._lock:
            self._refuse_if_closed_off()
            if self._opened_at is not None:
                self._probing = True
            return Permit(self._era)

    def record(self, permit: Permit, *, ok: bool | None) -> None:
        """How the call ended; None when it was given up before it told anything."""
        with self._lock:
            if permit.era != self._era:
                return
            if ok is None:
                self._probing = False
            elif ok:
                self._close()
            else:
                self._count_failure()

    def _refuse_if_closed_off(self) -> None:
        if self._opened_at is None:
            return
        if self._probing or self._remaining() > 0:
            raise CircuitOpen(
                f"{self._model} failed {self._rules.failures} times in a row and is left alone",
                model=self._model,
                hint=f"tried again in {max(0.0, self._remaining()):.0f} s",
            )

    def _remaining(self) -> float:
        assert self._opened_at is not None
        return self._opened_at + self._rules.open_seconds - self._clock()

    def _close(self) -> None:
        self._failures = 0
        if self._opened_at is not None:
            self._opened_at = None
            self._probing = False
            self._era += 1

    def _count_failure(self) -> None:
        self._failures += 1
        if self._probing or self._failures >= self._rules.failures:
            self._opened_at = self._clock()
            self._probing = False
            self._era += 1
