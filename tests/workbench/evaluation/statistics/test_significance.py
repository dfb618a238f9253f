from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]
from statsmodels.stats.contingency_tables import mcnemar  # type: ignore[import-untyped]
from statsmodels.stats.multitest import multipletests  # type: ignore[import-untyped]

from workbench.evaluation.statistics.significance import holm, mid_p_mcnemar, sign_flip_p_values


@pytest.mark.parametrize(("lost", "won"), [(0, 1), (0, 5), (1, 9), (7, 3), (5, 5), (12, 30), (200, 260)])
def test_mid_p_is_the_exact_p_less_half_of_what_was_seen(lost, won):
    """statsmodels has the exact test; Fagerland's mid-p takes the point probability off its two sides once."""
    exact = mcnemar([[50, lost], [won, 50]], exact=True).pvalue
    unbounded = 2 * stats.binom.cdf(min(lost, won), lost + won, 0.5)
    assert min(unbounded, 1.0) == pytest.approx(exact, abs=1e-9)
    expected = unbounded - stats.binom.pmf(lost, lost + won, 0.5)
    assert mid_p_mcnemar(lost, won) == pytest.approx(expected, abs=1e-9)
    assert mid_p_mcnemar(lost, won) == mid_p_mcnemar(won, lost)


def test_mid_p_of_a_published_table():
    """Fagerland, Lydersen and Laake 2013, table 1 (airway hyper-responsiveness): 1 against 7, mid-p 0.039."""
    assert mid_p_mcnemar(1, 7) == pytest.approx(0.0390625, abs=1e-9)


def test_no_change_is_no_surprise():
    assert mid_p_mcnemar(0, 0) == 1.0
    assert sign_flip_p_values(np.zeros((2, 30))).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("size", [2, 5, 9, 10])
def test_few_conversations_agree_with_scipy_exactly(size):
    differences = np.random.default_rng(size).normal(0.5, 1.0, size)
    reference = stats.permutation_test(
        (differences,),
        lambda x, axis: x.mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=2**14,
    )
    with_zeros = np.concatenate([differences, np.zeros(40)])
    assert sign_flip_p_values(differences)[0] == pytest.approx(reference.pvalue, abs=1e-9)
    assert sign_flip_p_values(with_zeros)[0] == pytest.approx(reference.pvalue, abs=1e-9)


def test_ties_of_thirds_are_counted_as_ties():
    """1/3 + 1/3 and 2/3 are no different sums: floating point must not decide."""
    differences = np.array([1 / 3, 1 / 3, 2 / 3, -1 / 3, 1.0, 1 / 3])
    exact = [
        abs(sum(sign * round(3 * value) for sign, value in zip(signs, differences, strict=True))) >= 7
        for signs in itertools.product((-1, 1), repeat=6)
    ]
    assert sign_flip_p_values(differences)[0] == pytest.approx(sum(exact) / 64, abs=1e-12)


def test_many_conversations_agree_with_the_t_test():
    rows = np.random.default_rng(3).normal(0.04, 0.5, size=(5, 600))
    p_values = sign_flip_p_values(rows, resamples=20_000)
    assert p_values == pytest.approx(stats.ttest_1samp(rows, 0, axis=1).pvalue, abs=0.02)


def test_drawn_p_values_repeat_and_are_never_zero():
    rows = np.full((2, 300), 0.5)
    assert sign_flip_p_values(rows, resamples=999).tolist() == [1 / 1000, 1 / 1000]
    noisy = np.random.default_rng(1).normal(size=(3, 80))
    assert sign_flip_p_values(noisy, seed=4).tolist() == sign_flip_p_values(noisy, seed=4).tolist()


def test_only_rows_near_the_floor_are_drawn_more_finely_and_only_for_many_tests():
    noisy = np.random.default_rng(1).normal(size=(3, 80))
    rows = np.concatenate([np.full((1, 80), 0.5), noisy])
    few, many = sign_flip_p_values(rows, tests=25), sign_flip_p_values(rows, tests=200)
    assert few.tolist() == sign_flip_p_values(rows).tolist()
    assert few[1:].min() > 0.01 and many[1:].tolist() == few[1:].tolist()
    assert (few[0], many[0]) == (1 / 2001, 1 / 16001)


def test_rows_do_not_change_each_other():
    rows = np.random.default_rng(2).normal(size=(3, 50))
    rows[1, :45] = 0
    together = sign_flip_p_values(rows)
    assert together.tolist() == [float(sign_flip_p_values(row)[0]) for row in rows]


def test_holm_is_statsmodels():
    p_values = [0.01, 0.04, 0.03, 0.005, 0.9]
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1], abs=1e-9)
    assert holm([]) == []
