from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.strategies import data, floats, integers, sampled_from

from bot_core.errors import CircuitOpen, ModelError, ModelInvalidAnswer, ModelRateLimited, ModelTimeout
from bot_core.llm.breaker import BreakerRules, BreakerState, CircuitBreaker, Permit, is_outage

RULES = BreakerRules(failures=3, open_seconds=30)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> CircuitBreaker:
    return CircuitBreaker("openai/x", RULES, clock=clock)


def state_of(breaker: CircuitBreaker) -> BreakerState:
    return breaker.state


def fail(breaker: CircuitBreaker, times: int = 1) -> None:
    for _ in range(times):
        breaker.record(breaker.admit(), ok=False)


def test_it_opens_after_failures_in_a_row_and_says_when_it_tries_again(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker, 2)
    breaker.record(breaker.admit(), ok=True)
    fail(breaker, 2)
    assert state_of(breaker) is BreakerState.CLOSED
    fail(breaker)
    assert state_of(breaker) is BreakerState.OPEN
    clock.now += 10
    with pytest.raises(CircuitOpen, match=r"openai/x failed 3 times in a row.*tried again in 20 s"):
        breaker.admit()


def test_after_the_pause_one_probe_decides(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 30
    assert state_of(breaker) is BreakerState.HALF_OPEN
    probe = breaker.admit()
    with pytest.raises(CircuitOpen):
        breaker.admit()
    breaker.record(probe, ok=True)
    assert state_of(breaker) is BreakerState.CLOSED
    fail(breaker, 2)
    assert state_of(breaker) is BreakerState.CLOSED, "the count starts anew"


def test_a_failed_probe_opens_it_again_for_the_whole_pause(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 30
    fail(breaker)
    clock.now += 29
    assert state_of(breaker) is BreakerState.OPEN


def test_a_cancelled_probe_lets_the_next_call_probe(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 30
    breaker.record(breaker.admit(), ok=None)
    breaker.record(breaker.admit(), ok=True)
    assert state_of(breaker) is BreakerState.CLOSED


def test_a_late_answer_from_before_the_outage_changes_nothing(breaker: CircuitBreaker) -> None:
    slow = breaker.admit()
    fail(breaker, 3)
    breaker.record(slow, ok=True)
    assert state_of(breaker) is BreakerState.OPEN


def test_check_takes_no_permit(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 30
    breaker.check()
    breaker.check()
    breaker.admit()
    with pytest.raises(CircuitOpen):
        breaker.check()


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (ModelTimeout("", model="m"), True),
        (ModelRateLimited("", model="m"), False),
        (ModelInvalidAnswer("", model="m"), False),
    ],
)
def test_only_silence_is_an_outage(error: ModelError, outage: bool) -> None:
    assert is_outage(error) is outage


class BreakerMachine(RuleBasedStateMachine):
    """Calls start and end in any order while time passes."""

    @initialize()
    def start(self) -> None:
        self.clock = Clock()
        self.breaker = CircuitBreaker("m", RULES, clock=self.clock)
        self.in_flight: list[Permit] = []
        self.probe: Permit | None = None
        self.opened_at: float | None = None

    @rule()
    def call(self) -> None:
        before = self.breaker.state
        try:
            permit = self.breaker.admit()
        except CircuitOpen:
            assert before is not BreakerState.CLOSED
            assert before is BreakerState.OPEN or self.probe is not None, "half open refuses only beside a probe"
            return
        assert before is not BreakerState.OPEN
        if before is BreakerState.HALF_OPEN:
            assert self.probe is None, "one probe at a time"
            self.probe = permit
        self.in_flight.append(permit)

    @precondition(lambda self: self.in_flight)
    @rule(choices=data(), ok=sampled_from([True, False, None]))
    def end(self, choices, ok):
        permit = self.in_flight.pop(choices.draw(integers(0, len(self.in_flight) - 1)))
        before = self.breaker.state
        self.breaker.record(permit, ok=ok)
        after = self.breaker.state
        if permit is self.probe:
            self.probe = None
            expected = {True: BreakerState.CLOSED, False: BreakerState.OPEN, None: BreakerState.HALF_OPEN}[ok]
            assert after is expected
        elif before is not BreakerState.CLOSED:
            assert after is before, "a call from before the outage decides nothing"
        if after is BreakerState.OPEN and before is not BreakerState.OPEN:
            assert ok is False
            self.opened_at = self.clock.now

    @rule(seconds=floats(0, 40))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds

    @invariant()
    def open_lasts_exactly_the_pause(self) -> None:
        if self.breaker.state is BreakerState.OPEN:
            assert self.opened_at is not None
            assert self.clock.now - self.opened_at < RULES.open_seconds + 1e-6


TestBreakerMachine = BreakerMachine.TestCase
TestBreakerMachine.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
