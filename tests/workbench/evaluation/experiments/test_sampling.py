from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workbench.evaluation.experiments.sampling import evenly


@given(st.integers(1, 300), st.integers(1, 320))
def test_a_sample_has_its_size_and_order_and_no_case_twice(size: int, count: int):
    ids = [f"case-{number:03}" for number in range(size)]
    sample = evenly(ids, count)
    assert len(sample) == min(size, count)
    assert list(sample) == sorted(set(sample))


def test_the_sample_spreads_over_the_whole_split():
    assert evenly(["a", "b", "c", "d", "e", "f"], 3) == ("a", "c", "e")
