from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

import pytest

from workbench.storage.activity.figures import Point
from workbench.views.monitoring.charts import bars, lines

SEVEN = datetime(2026, 11, 25, 7, 0)  # noqa: DTZ001 - as a point has it


def points(count: int, step: timedelta) -> list[Point]:
    counted: dict[str, Any] = {field.name: 1 for field in fields(Point)}
    return [Point(**counted | {"at": SEVEN + number * step}) for number in range(count)]


@pytest.mark.parametrize("count", [1, 2, 6, 7, 60, 72])
@pytest.mark.parametrize("step", [timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)])
def test_the_axis_names_some_of_the_times_that_were_counted_each_once(count: int, step: timedelta):
    counted = points(count, step)
    for figure in (bars(counted, [("turnos", lambda one: one.turns)]), lines(counted, [("p50", lambda one: one.p50)])):
        ticks = list(figure.layout.xaxis.tickvals)
        assert set(ticks) <= {point.at for point in counted}
        assert ticks[0] == SEVEN
        assert min(count, 4) <= len(set(ticks)) == len(ticks) <= 6
