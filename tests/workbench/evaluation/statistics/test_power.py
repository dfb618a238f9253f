from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom  # type: ignore[import-untyped]
from statsmodels.stats.power import TTestPower  # type: ignore[import-untyped]

from workbench.evaluation.statistics.differences import paired_differences
from workbench.evaluation.statistics.metrics import measure, pass_rate
from workbench.evaluation.statistics.power import (
    Plan,
    achieved_power,
    assumed_spread,
    conversations_needed,
    least_conversations,
    smallest_detectable,
)
from workbench.evaluation.statistics.significance import mid_p_mcnemar
from workbench.evaluation.statistics.verdicts import Decision, decide


@pytest.mark.parametrize("conversations", [10, 30, 300])
def test_agrees_with_statsmodels(conversations):
    effect = smallest_detectable(conversations, 0.4) / 0.4
    assert TTestPower().power(effect, conversations, 0.05) == pytest.approx(0.8, abs=1e-9)
    # Its own root finder stops at about seven digits.
    assert effect == pytest.approx(TTestPower().solve_power(nobs=conversations, alpha=0.05, power=0.8), abs=1e-5)
    power = TTestPower().power(0.25, conversations, 0.05)
    assert achieved_power(0.1, 0.4, conversations) == pytest.approx(power, abs=1e-9)


@pytest.mark.parametrize("difference", [0.02, 0.05, -0.2])
def test_needed_is_the_first_number_that_is_enough(difference):
    needed = conversations_needed(difference, 0.35)
    assert achieved_power(difference, 0.35, needed) >= 0.8 > achieved_power(difference, 0.35, needed - 1)


@pytest.mark.parametrize("conversations", [3, 1_183, 1_512, 100_000])
def test_numbers_for_which_the_root_finder_of_statsmodels_loses_its_way(conversations):
    found = smallest_detectable(conversations, 0.5)
    assert achieved_power(found, 0.5, conversations) == pytest.approx(0.8, abs=1e-6)


def test_the_edges():
    assert smallest_detectable(1, 0.3) == smallest_detectable(2, 0.3) == math.inf
    assert smallest_detectable(50, 0.0) == 0.0
    assert conversations_needed(0.1, 0.0) == 2
    assert conversations_needed(0.0, 0.3) == conversations_needed(1e-9, 0.3) == 10_000_000
    assert conversations_needed(5.0, 0.01) <= 3
    assert achieved_power(1.0, 0.001, 100_000) == 1.0


def test_the_assumed_spread_is_that_of_simulated_conversations():
    """Beta-distributed conversations, whose intraclass correlation is 1 / (1 + a + b)."""
    rng, trials = np.random.default_rng(1), 3
    a, b = 1.6, 0.4
    p = rng.beta(a, b, 200_000)
    differences = (rng.binomial(trials, p) - rng.binomial(trials, p)) / trials
    assert differences.std() == pytest.approx(assumed_spread(0.8, shared=1 / (1 + a + b), trials=trials), rel=0.01)


@pytest.mark.parametrize(
    "wrong", [{"rate": 0.0}, {"rate": 1.0}, {"rate": 0.5, "shared": 1.0}, {"rate": 0.5, "trials": 0}]
)
def test_impossible_assumptions(wrong):
    with pytest.raises(ValueError, match="within"):
        assumed_spread(**wrong)


@pytest.mark.parametrize("trials", [1, 3])
def test_fewer_than_the_least_give_no_verdict_however_clear_they_are(results, trials):
    least = least_conversations(trials)
    for conversations, decision in ((least - 1, Decision.NOT_ENOUGH_EVIDENCE), (least, Decision.BETTER)):
        poor, good = (measure(results.run([mark * trials] * conversations), [pass_rate("case")]) for mark in "-+")
        [verdict] = decide(paired_differences(poor, good))
        assert verdict.decision is decision, conversations


def test_a_plan_promises_nothing_below_the_least():
    plan = Plan(0.9)
    assert plan.needed(1.0) == plan.least == least_conversations()
    assert plan.detectable(plan.least - 1) is None
    assert smallest_detectable(plan.least, plan.spread) < (plan.detectable(plan.least) or 0) < 1


@settings(max_examples=40, deadline=None)
@given(st.integers(5, 400), st.sampled_from([0.5, 0.8, 0.9, 0.98]))
def test_a_difference_that_is_promised_is_found_where_all_that_change_change_the_same_way(conversations, rate):
    """By the very test that decides, reckoned exactly: nothing finds a smaller one more easily."""
    promised = Plan(rate).detectable(conversations)
    if promised is not None:
        found = sum(
            binom.pmf(changed, conversations, promised)
            for changed in range(conversations + 1)
            if mid_p_mcnemar(0, changed) < 0.05
        )
        assert found >= 0.8 - 1e-9


@settings(max_examples=40, deadline=None)
@given(st.integers(5, 2_000), st.sampled_from([0.5, 0.9]), st.integers(1, 3))
def test_what_is_needed_is_enough(conversations, rate, trials):
    plan = Plan(rate, trials=trials)
    promised = plan.detectable(conversations)
    if promised is not None and promised <= 1:
        assert plan.needed(promised * 1.001) <= conversations


def test_a_plan_whose_spread_is_wide_needs_more_than_the_least():
    """Five unrelated coin tosses: by chance alone their means are too far apart."""
    plan = Plan(0.5, shared=0.0)
    assert plan.least > least_conversations()
    assert all((plan.detectable(number) or 0) <= 1 for number in range(2, 30))
