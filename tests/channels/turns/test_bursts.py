from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from channels.turns.bursts import BurstRules, seconds_to_wait

RULES = BurstRules(quiet_seconds=2, longest_seconds=8)
START = datetime(2026, 11, 24, 12, tzinfo=UTC)
offsets = st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=12)


@dataclass(frozen=True)
class Message:
    received_at: datetime
    urgent: bool = False


def burst(seconds: list[float], *, urgent: bool = False) -> list[Message]:
    return [Message(START + timedelta(seconds=at), urgent) for at in seconds]


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_two_seconds_of_quiet_end_a_burst():
    assert seconds_to_wait(burst([0]), at(0.5), RULES) == 1.5
    assert seconds_to_wait(burst([0, 1]), at(1.5), RULES) == 1.5
    assert seconds_to_wait(burst([0, 1]), at(3), RULES) == 0


def test_who_never_stops_is_answered_after_eight():
    assert seconds_to_wait(burst([0, 1, 2, 3, 4, 5, 6, 7]), at(7.5), RULES) == 0.5
    assert seconds_to_wait(burst([0, 7.9]), at(8), RULES) == 0


def test_an_urgent_message_waits_for_nothing():
    assert seconds_to_wait([*burst([0]), *burst([0.1], urgent=True)], at(0.1), RULES) == 0


@given(offsets, st.floats(-60, 60, allow_nan=False))
def test_the_wait_is_bounded_and_independent_of_the_order(seconds: list[float], now: float):
    wait = seconds_to_wait(burst(seconds), at(now), RULES)
    assert 0 <= wait <= RULES.quiet_seconds
    assert wait == seconds_to_wait(burst(seconds[::-1]), at(now), RULES)


@given(offsets)
def test_after_the_wait_nothing_is_left_to_wait_for(seconds: list[float]):
    now = max(seconds)
    wait = seconds_to_wait(burst(seconds), at(now), RULES)
    assert seconds_to_wait(burst(seconds), at(now + wait + 1e-6), RULES) == 0


@given(offsets)
def test_nobody_waits_longer_than_the_longest_from_the_first(seconds: list[float]):
    first = min(seconds)
    arrived = [second for second in seconds if second <= first + RULES.longest_seconds]
    assert seconds_to_wait(burst(arrived), at(first + RULES.longest_seconds), RULES) == 0
