from __future__ import annotations

import pytest

from workbench.evaluation.statistics.differences import Difference, Method, paired_differences
from workbench.evaluation.statistics.metrics import default_metrics, measure
from workbench.evaluation.statistics.significance import mid_p_mcnemar

METRICS = default_metrics(("intent",))


def differences(a, b) -> dict[str, Difference]:
    return {row.metric.name: row for row in paired_differences(measure(a, METRICS), measure(b, METRICS))}


def test_one_trial_of_pass_or_fail_is_mcnemars(results):
    row = differences(results.run(["+"] * 8 + ["-"] * 12), results.run(["-"] * 2 + ["+"] * 18))["case"]
    assert row.method is Method.MID_P_MCNEMAR
    assert (row.better, row.worse, row.differing, row.conversations) == (12, 2, 14, 20)
    assert (row.a, row.b, row.difference) == pytest.approx((0.4, 0.9, 0.5))
    assert row.p_value == pytest.approx(mid_p_mcnemar(2, 12))
    assert 0 < row.low < row.difference < row.high <= 1


def test_trials_are_permuted_with_their_conversation(results):
    row = differences(results.run(["+-", "--", "++"] * 10), results.run(["++", "-+", "++"] * 10))["case"]
    assert row.method is Method.SIGN_FLIP
    assert row.difference == pytest.approx(1 / 3)
    assert (row.conversations, row.differing) == (30, 20)
    assert row.p_value == pytest.approx(1 / 2001)


def test_more_trials_on_one_side_are_fine(results):
    row = differences(results.run(["+", "-"]), results.run(["+-", "-+"]))["case"]
    assert row.difference == 0 and row.method is Method.SIGN_FLIP


def test_only_conversations_scored_in_both_count(results):
    row = differences(results.run(["+", "?", "-", "!"]), results.run(["-", "+", "-", "+", "+"]))["case"]
    assert (row.conversations, row.left_out, row.difference) == (2, 2, -0.5)


def test_a_lower_latency_is_better(results):
    a, b = results.run(["+"] * 20, seconds=1.0), results.run(["+"] * 20, seconds=0.25)
    row = differences(a, b)["latency"]
    assert (row.better, row.worse, row.difference) == (20, 0, -0.75)
    assert row.method is Method.SIGN_FLIP and row.p_value < 0.001 and row.high < 0


def test_a_metric_without_a_pair_is_left_out(results):
    assert "case" not in differences(results.run(["?"]), results.run(["+"]))


def test_swapping_the_variants_mirrors_the_difference(results):
    a, b = results.run(["+-", "--", "++", "+-"] * 6), results.run(["++", "-+", "-+", "+-"] * 6)
    there, back = differences(a, b)["case"], differences(b, a)["case"]
    assert there.difference == -back.difference and there.p_value == back.p_value
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


def test_the_cases_behind_every_count_are_named(results):
    row = differences(results.run(["+", "-", "+", "?"]), results.run(["-", "+", "+", "+"]))["case"]
    assert (row.better_in, row.worse_in, row.left_out_in) == (("case-1",), ("case-0",), ("case-3",))


def test_the_bootstrap_stands_beside_the_interval(results):
    row = differences(results.run(["+", "-"] * 100), results.run(["+", "+", "-", "-"] * 50))["case"]
    assert (row.bootstrap_low, row.bootstrap_high) == pytest.approx((row.low, row.high), abs=0.02)
