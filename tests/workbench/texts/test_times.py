from __future__ import annotations

import pytest

from workbench.texts.times import seconds, split


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0 ms"),
        (0.00002, "0 ms"),
        (0.00312, "3.1 ms"),
        (0.0123, "12 ms"),
        (0.999, "999 ms"),
        (0.9996, "1.00 s"),
        (2.54, "2.54 s"),
        (1234.5, "1,234.50 s"),
    ],
)
def test_a_time_is_said_in_the_unit_that_suits_it(value: float, shown: str):
    assert seconds(value) == shown


def test_two_times_beside_each_other_have_one_unit():
    assert split(0.5, beside=1.2) == ("0.50", "s")
    assert split(0.5, beside=0.2) == ("500", "ms")
