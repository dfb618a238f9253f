from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]

from workbench.evaluation.statistics.bootstrap import cluster_bootstrap

RESAMPLES = 4_000


def interval(row: Any, paired: Any = None) -> tuple[float, float]:
    row = np.asarray(row, dtype=float)
    paired = np.ones(len(row), dtype=bool) if paired is None else np.asarray(paired)
    low, high = cluster_bootstrap(row[np.newaxis], paired[np.newaxis], resamples=RESAMPLES, seed=1)
    return float(low[0]), float(high[0])


@pytest.mark.parametrize("size", [12, 60, 400])
def test_it_is_scipys_percentile_bootstrap_of_the_mean(size):
    row = np.random.default_rng(size).choice([-1.0, 0.0, 0.5, 1.0], size=size)
    theirs = stats.bootstrap((row,), np.mean, method="percentile", n_resamples=RESAMPLES, rng=2).confidence_interval
    chance = row.std() / np.sqrt(size) * 0.15
    assert interval(row) == pytest.approx((theirs.low, theirs.high), abs=chance)


def test_conversations_that_were_not_scored_count_in_no_mean():
    scored = np.random.default_rng(3).normal(size=80)
    padded, paired = np.zeros(160), np.zeros(160, dtype=bool)
    padded[::2], paired[::2] = scored, True
    assert interval(padded, paired) == pytest.approx(interval(scored), abs=0.06)


def test_metrics_are_drawn_together_and_answered_apart():
    rows = np.array([np.arange(20.0), -np.arange(20.0)])
    low, high = cluster_bootstrap(rows, np.ones_like(rows, dtype=bool), resamples=500, seed=5)
    assert low[0] == pytest.approx(-high[1]) and high[0] == pytest.approx(-low[1])
    assert low[0] < 9.5 < high[0]


def test_a_single_conversation_is_a_point():
    assert interval([0.25]) == (0.25, 0.25)


def test_the_same_seed_gives_the_same_interval():
    row = np.random.default_rng(4).normal(size=50)
    assert interval(row) == interval(row)
