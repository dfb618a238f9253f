from __future__ import annotations

import itertools
from math import comb

import pytest

from workbench.evaluation.statistics.metrics import Observed
from workbench.evaluation.statistics.rates import rate_interval
from workbench.evaluation.statistics.reliability import pass_hat_k


def test_the_first_is_the_pass_rate():
    found = pass_hat_k([Observed(3.0, 4), Observed(0.0, 4), Observed(4.0, 4)], 1)
    assert found is not None
    assert found.share == pytest.approx((0.75 + 0 + 1) / 3)
    assert (found.low, found.high) == pytest.approx(rate_interval(3 * found.share, 3))


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_it_is_the_share_of_samples_of_k_trials_that_all_passed(k):
    outcomes = [[1, 1, 0, 1], [1, 1, 1, 1], [0, 0, 1, 0]]
    by_hand = [sum(all(sample) for sample in itertools.combinations(trials, k)) / comb(4, k) for trials in outcomes]
    found = pass_hat_k([Observed(float(sum(trials)), 4) for trials in outcomes], k)
    assert found is not None and found.share == pytest.approx(sum(by_hand) / 3, abs=1e-12)


def test_conversations_with_fewer_trials_do_not_count():
    found = pass_hat_k([Observed(2.0, 2), Observed(0.0, 1)], 2)
    assert found is not None and (found.share, found.conversations) == (1.0, 1)
    assert pass_hat_k([Observed(1.0, 1)], 2) is None


def test_k_starts_at_one():
    with pytest.raises(ValueError, match="at least 1"):
        pass_hat_k([Observed(1.0, 1)], 0)
