from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.fakes.activity import NOON, call_row, turn_row
from workbench.storage.activity.figures import Period, groups, series, totals, unanswered
from workbench.storage.activity.index import ActivityIndex
from workbench.storage.activity.rows import Gap, OpinionRow

DAY = Period(NOON - timedelta(hours=12), NOON + timedelta(hours=12))


@pytest.fixture
def index() -> Iterator[ActivityIndex]:
    opened = ActivityIndex()
    yield opened
    opened.close()


def test_totals_of_nothing(index: ActivityIndex):
    found = totals(index, DAY)
    assert (found.turns, found.conversations, found.usd, found.ups) == (0, 0, 0, 0)
    assert (found.p50, found.failed, found.mood) == (None, None, None)
    assert (series(index, DAY), groups(index, DAY, "agent"), unanswered(index, DAY)) == ((), (), ())


def test_totals_are_those_of_the_period_and_the_channel(index: ActivityIndex):
    index.add_turns(
        [
            turn_row(1, seconds=1.0, model_seconds=0.6, calls=(call_row(),), mood=-0.5),
            turn_row(2, seconds=3.0, model_seconds=2.0, calls=(call_row(failed_attempts=1, fallback=True),), mood=0.5),
            turn_row(3, channel="whatsapp", findings=("amount",), gaps=(Gap("no_cars"), Gap("absent_car"))),
            turn_row(4, at=NOON - timedelta(days=2)),
        ]
    )
    index.put_opinions([OpinionRow("t1", "customer", True, NOON), OpinionRow("t3", "customer", False, NOON)])
    found = totals(index, DAY)
    assert (found.turns, found.conversations, found.customers) == (3, 3, 3)
    assert (found.p50, found.model_p50) == (1.0, 0.6)
    assert found.overhead_p95 == pytest.approx(0.95, abs=0.06)
    assert [found.failed, found.fallback, found.findings, found.gaps] == [pytest.approx(1 / 3)] * 4
    assert (found.input_tokens, found.output_tokens) == (200, 40)
    assert found.usd == pytest.approx(0.002)
    assert (found.mood, found.annoyed, found.ups, found.downs) == (0.0, 0.5, 1, 1)
    whatsapp = totals(index, Period(DAY.start, DAY.end, "whatsapp"))
    assert (whatsapp.turns, whatsapp.ups, whatsapp.downs) == (1, 0, 1)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (1, ["2026-11-24T12:00:00", "2026-11-24T12:10:00"]),
        (24, ["2026-11-24T12:00:00"]),
        (24 * 7, ["2026-11-24T00:00:00"]),
    ],
)
def test_the_buckets_follow_mexico_citys_clock(index: ActivityIndex, hours: int, expected: list[str]):
    index.add_turns([turn_row(1), turn_row(2, at=NOON + timedelta(minutes=10))])
    period = Period(NOON - timedelta(minutes=30), NOON - timedelta(minutes=30) + timedelta(hours=hours))
    points = series(index, period)
    assert [point.at.isoformat() for point in points] == expected
    assert sum(point.turns for point in points) == 2


def test_groups_tell_who_costs_what(index: ActivityIndex):
    index.add_turns(
        [
            turn_row(1, intents=("greeting", "financing"), calls=(call_row(), call_row(agent="intention", usd=0.01))),
            turn_row(2, intents=("financing",), calls=(call_row(model="local/y", failed_attempts=2, usd=0.0),)),
        ]
    )
    agents = groups(index, DAY, "agent")
    assert [(one.name, one.calls, one.input_tokens) for one in agents] == [("intention", 1, 100), ("financing", 2, 200)]
    assert agents[1].failed == 0.5
    assert {one.name: one.calls for one in groups(index, DAY, "model")} == {"openai/x": 2, "local/y": 1}
    intents = {one.name: one for one in groups(index, DAY, "intent")}
    assert (intents["financing"].calls, intents["greeting"].calls) == (2, 1)
    assert intents["greeting"].usd == pytest.approx(0.011)
    assert [(one.name, one.calls) for one in groups(index, DAY, "release")] == [("offline-base", 2)]


def test_what_could_not_be_given_comes_with_its_latest_examples(index: ActivityIndex):
    index.add_turns(
        [
            turn_row(n, f"tesla {n}", at=NOON + timedelta(minutes=n), gaps=(Gap("absent_car", "Tesla"),))
            for n in range(8)
        ]
    )
    index.add_turns([turn_row(9, "¿CAT?", gaps=(Gap("unknown_fact", "cat"), Gap("unknown_fact", "insurance")))])
    cars, facts = unanswered(index, DAY, examples=3)
    assert (cars.reason, cars.turns, [one.said for one in cars.examples]) == (
        "absent_car",
        8,
        ["tesla 7", "tesla 6", "tesla 5"],
    )
    assert (cars.examples[0].conversation_id, cars.examples[0].detail) == ("c7", "Tesla")
    assert (facts.reason, facts.turns, len(facts.examples)) == ("unknown_fact", 1, 1)
