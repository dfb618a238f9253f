from __future__ import annotations

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]
from statsmodels.stats.weightstats import DescrStatsW  # type: ignore[import-untyped]

from workbench.evaluation.statistics.intervals import difference_interval, spread_of

RNG = np.random.default_rng(5)


@pytest.mark.parametrize("size", [4, 30, 200])
def test_agrees_with_statsmodels(size):
    differences = RNG.normal(0.1, 0.4, size)
    found = [float(bound) for bound in difference_interval(differences)]
    assert found == pytest.approx(DescrStatsW(differences).tconfint_mean(0.05), abs=1e-9)


def test_many_experiments_at_once():
    rows = RNG.normal(size=(6, 2, 40))
    low, high = difference_interval(rows)
    assert low.shape == high.shape == (6, 2)
    alone = difference_interval(rows[3, 1])
    assert (low[3, 1], high[3, 1]) == pytest.approx([float(bound) for bound in alone], abs=1e-12)


def test_nothing_differs_is_no_proof_of_no_difference():
    """Agrees with Bonett and Price's interval for paired proportions, with t in place of z."""
    low, high = (float(bound) for bound in difference_interval(np.zeros(50)))
    expected = stats.t.ppf(0.975, 51) * np.sqrt(2 / 51) / np.sqrt(52)
    assert (low, high) == pytest.approx((-expected, expected), abs=1e-9)
    wide, narrow = difference_interval(np.zeros(30))[1], difference_interval(np.zeros(300))[1]
    assert narrow < low + 2 * expected < wide


@pytest.mark.parametrize("differences", [[1.0], [0.5, 0.5, 0.5], [0.0] * 29 + [1.0], [0.0] * 28 + [0.2, 0.2]])
def test_few_differing_conversations_widen_it(differences):
    low, high = (float(bound) for bound in difference_interval(np.array(differences)))
    assert low < np.mean(differences) < high
    assert high - low > 0.02


def test_the_widening_has_the_unit_of_the_data():
    milliseconds = difference_interval(np.array([0.0] * 20 + [40.0]))
    seconds = difference_interval(np.array([0.0] * 20 + [0.040]))
    assert [float(bound) for bound in milliseconds] == pytest.approx([1000 * float(bound) for bound in seconds])


def test_the_spread_is_the_one_of_the_interval():
    differences = RNG.normal(size=30)
    assert spread_of(differences) == pytest.approx(differences.std(ddof=1))
    assert spread_of(np.zeros(30)) > 0 and spread_of(np.array([2.0])) > 0


def test_no_conversation_no_interval():
    with pytest.raises(ValueError, match="no conversation"):
        difference_interval(np.array([]))
