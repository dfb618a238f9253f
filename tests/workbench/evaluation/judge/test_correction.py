from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workbench.evaluation.judge.calibration import calibrate
from workbench.evaluation.judge.correction import MIN_YOUDEN, corrected, corrected_rate
from workbench.evaluation.judge.preference import Share
from workbench.evaluation.judge.rubric import Rubric
from workbench.evaluation.statistics.metrics import Observed
from workbench.evaluation.statistics.rates import rate_interval, rate_of

shares = st.floats(0, 1)
calibrated = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def of(share: float, n: int) -> Share:
    return Share.of(round(share * n), n)


@given(shares, st.integers(1, 500), calibrated, calibrated)
def test_it_is_always_a_share_inside_its_interval(share, n, sensitivity, specificity):
    found = corrected(share, n, Share.of(*sensitivity), Share.of(*specificity))
    assert 0 <= found.low <= found.high <= 1
    youden = sensitivity[0] / sensitivity[1] + specificity[0] / specificity[1] - 1
    if youden < MIN_YOUDEN:
        assert found.share is None and (found.low, found.high) == (0, 1) and "chance" in found.note
    else:
        assert found.share is not None and found.low <= found.share <= found.high


@given(shares, shares, calibrated, calibrated)
def test_more_passes_never_mean_fewer_good_replies(one, two, sensitivity, specificity):
    low, high = sorted((one, two))
    assume(sensitivity[0] / sensitivity[1] + specificity[0] / specificity[1] - 1 >= MIN_YOUDEN)
    fewer, more = (corrected(share, 100, Share.of(*sensitivity), Share.of(*specificity)) for share in (low, high))
    assert fewer.share is not None and more.share is not None
    assert fewer.share <= more.share + 1e-12


@given(st.floats(0.05, 0.95), st.integers(20, 500))
def test_a_perfect_judge_needs_no_correction(share, n):
    perfect = Share.of(10**7, 10**7)
    found = corrected(share, n, perfect, perfect)
    assert found.share == pytest.approx(share)
    low, high = rate_interval(share * n, n)
    assert found.low == pytest.approx(low, abs=0.03) and found.high == pytest.approx(high, abs=0.03)


@given(st.floats(0.2, 0.8), st.floats(0.75, 0.95), st.floats(0.75, 0.95))
def test_a_small_calibration_leaves_more_uncertainty(share, sensitivity, specificity):
    small = corrected(share, 200, of(sensitivity, 20), of(specificity, 20))
    large = corrected(share, 200, of(sensitivity, 20_000), of(specificity, 20_000))
    assume(large.low > 0.02 and large.high < 0.98 and small.low > 0.02 and small.high < 0.98)
    assert large.high - large.low < small.high - small.low


def test_the_formula_of_rogan_and_gladen():
    """90 % passed by a judge that passes 95 % of the good and 20 % of the bad: (0.9 + 0.8 - 1) / (0.95 + 0.8 - 1)."""
    found = corrected(0.90, 100, Share.of(95, 100), Share.of(80, 100))
    assert found.observed == 0.90 and found.share == pytest.approx(0.7 / 0.75)
    assert found.low < 0.88 and found.high == 1.0


def test_conversations_with_several_replies_count_for_what_they_are_worth():
    plain = rate_of([Observed(1, 1)] * 60 + [Observed(0, 1)] * 20)
    grouped = rate_of([Observed(4, 4)] * 15 + [Observed(0, 4)] * 5)
    judge = Share.of(90, 100), Share.of(85, 100)
    assert plain and grouped
    alone = corrected(plain.share, plain.effective, *judge)
    together = corrected(grouped.share, grouped.effective, *judge)
    assert together.share == pytest.approx(alone.share)
    assert together.high - together.low > alone.high - alone.low


def test_without_a_calibration_nothing_is_corrected():
    nothing = calibrate([], {}, Rubric.TONE)
    observed = rate_of([Observed(1, 1)] * 10)
    assert observed
    found = corrected_rate(observed, nothing)
    assert found.share is None and "not calibrated" in found.note
    with pytest.raises(ValueError, match="nothing"):
        corrected(0.5, 0, Share.of(1, 2), Share.of(1, 2))


@pytest.mark.parametrize(
    ("truth", "sensitivity", "specificity", "n", "labels"),
    [(0.8, 0.9, 0.85, 100, 60), (0.9, 0.85, 0.75, 200, 70), (0.6, 0.95, 0.9, 50, 40)],
)
def test_the_interval_covers_the_truth(truth, sensitivity, specificity, n, labels):
    """A judge of known quality, calibrated on as many labels as here, judges replies of a known pass rate."""
    rng = np.random.default_rng(20261124)
    rounds, covered = 1_500, 0
    passes = truth * sensitivity + (1 - truth) * (1 - specificity)
    for observed, good, bad in zip(
        rng.binomial(n, passes, rounds),
        rng.binomial(labels, sensitivity, rounds),
        rng.binomial(labels, specificity, rounds),
        strict=True,
    ):
        found = corrected(observed / n, n, Share.of(int(good), labels), Share.of(int(bad), labels))
        covered += found.low <= truth <= found.high
    assert 0.93 <= covered / rounds <= 0.98
