from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]

from workbench.evaluation.statistics.metrics import Observed
from workbench.evaluation.statistics.rates import rate_interval, rate_of

COUNTS = [(0, 1), (1, 1), (0, 30), (30, 30), (1, 30), (17, 20), (93, 100), (1_234, 5_000)]


@pytest.mark.parametrize(("passed", "scored"), COUNTS)
@pytest.mark.parametrize(("method", "reference"), [("wilson", "wilson"), ("clopper_pearson", "exact")])
def test_agrees_with_scipy(passed, scored, method, reference):
    expected = stats.binomtest(passed, scored).proportion_ci(0.95, method=reference)
    assert rate_interval(passed, scored, method=method) == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize(("passed", "scored"), COUNTS)
def test_one_observation_a_conversation_is_the_plain_interval(passed, scored):
    cases = [Observed(1.0, 1)] * passed + [Observed(0.0, 1)] * (scored - passed)
    estimate = rate_of(cases)
    assert estimate is not None and estimate.share == pytest.approx(passed / scored)
    assert (estimate.low, estimate.high) == pytest.approx(rate_interval(passed, scored), abs=1e-12)


def test_trials_of_one_conversation_are_not_independent():
    """Five trials that always agree tell no more than one."""
    agreeing = rate_of([Observed(5.0, 5)] * 24 + [Observed(0.0, 5)] * 6)
    assert agreeing is not None
    assert (agreeing.low, agreeing.high) == pytest.approx(rate_interval(24, 30), abs=0.01)
    assert agreeing.observations == 150 and agreeing.effective < 31


def test_trials_that_vary_by_chance_are_worth_as_much_as_conversations():
    even = rate_of([Observed(4.0, 5)] * 30)
    assert even is not None and even.effective == 150
    mixed = rate_of([Observed(float(passed), 5) for passed in [5, 4, 1, 4, 5, 2, 4, 4, 5, 4]])
    assert mixed is not None and 10 < mixed.effective < 50
    plain = rate_interval(38, 50)
    assert mixed.low < plain[0] and mixed.high > plain[1]


def test_when_all_pass_trials_count_once():
    perfect = rate_of([Observed(5.0, 5)] * 30)
    assert perfect is not None and (perfect.low, perfect.high) == pytest.approx(rate_interval(30, 30))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.just(5)) | st.tuples(st.integers(0, 3), st.just(3)), min_size=1))
def test_the_interval_holds_the_share(counts):
    estimate = rate_of([Observed(float(passed), trials) for passed, trials in counts])
    assert estimate is not None
    assert -1e-12 <= estimate.low <= estimate.share + 1e-12 and estimate.share - 1e-12 <= estimate.high <= 1 + 1e-12
    assert len(counts) <= estimate.effective <= estimate.observations


def test_nothing_scored_has_no_rate():
    assert rate_of([]) is None
    with pytest.raises(ValueError, match="nothing"):
        rate_interval(0, 0)
