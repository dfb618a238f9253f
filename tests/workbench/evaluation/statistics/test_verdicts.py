from __future__ import annotations

import pytest

from workbench.evaluation.statistics.differences import paired_differences
from workbench.evaluation.statistics.metrics import MEANS, Unit, default_metrics, measure, pass_rate
from workbench.evaluation.statistics.power import conversations_needed
from workbench.evaluation.statistics.verdicts import (
    MIN_RELEVANT,
    Decision,
    Gap,
    MetricVerdict,
    decide,
    smallest_relevant,
)

CASE = pass_rate("case")
LATENCY = next(metric for metric in MEANS if metric.name == "latency")


def verdicts(a, b, metrics=(CASE,), **options) -> dict[str, MetricVerdict]:
    rows = paired_differences(measure(a, metrics), measure(b, metrics))
    return {verdict.difference.metric.name: verdict for verdict in decide(rows, **options)}


def test_better_and_worse(results):
    poor, good = results.run(["-"] * 20 + ["+"] * 20), results.run(["-"] * 4 + ["+"] * 36)
    assert verdicts(poor, good)["case"].decision is Decision.BETTER
    assert verdicts(good, poor)["case"].decision is Decision.WORSE


def test_slower_is_worse(results):
    fast, slow = results.run(["+"] * 30, seconds=0.2), results.run(["+"] * 30, seconds=0.9)
    assert verdicts(fast, slow, (LATENCY,))["latency"].decision is Decision.WORSE


@pytest.mark.parametrize(
    ("a", "b", "decision"),
    [
        (0.009, 0.005, Decision.NOT_ENOUGH_EVIDENCE),
        (0.005, 0.009, Decision.NOT_ENOUGH_EVIDENCE),
        (0.300, 0.220, Decision.NOT_ENOUGH_EVIDENCE),
        (0.300, 0.190, Decision.BETTER),
        (0.190, 0.300, Decision.WORSE),
        (5.000, 4.850, Decision.BETTER),
    ],
)
def test_a_time_is_better_or_worse_only_by_what_a_person_can_notice(results, a, b, decision):
    verdict = verdicts(results.run(["+"] * 30, seconds=a), results.run(["+"] * 30, seconds=b), (LATENCY,))["latency"]
    assert verdict.decision is decision
    assert (verdict.gap is Gap.SMALL) == (decision is Decision.NOT_ENOUGH_EVIDENCE)


def test_the_smallest_time_that_matters_grows_with_a_slow_bot():
    assert smallest_relevant(Unit.SECONDS, 0.01) == smallest_relevant(Unit.SECONDS, 2.0) == MIN_RELEVANT[Unit.SECONDS]
    assert smallest_relevant(Unit.SECONDS, 10.0) == pytest.approx(0.5)


def test_a_rate_s_verdict_asks_for_no_size(results):
    """One conversation in a hundred is less than two points, and yet a proven difference is said."""
    rows = paired_differences(*(measure(results.run(run), (CASE,)) for run in (["-"] * 9 + ["+"] * 991, ["+"] * 1000)))
    [verdict] = decide(rows)
    assert (verdict.decision, verdict.difference.high < 0.02) == (Decision.BETTER, True)


def test_too_few_says_how_many_more_and_what_they_cost(results):
    verdict = verdicts(
        results.run(["-"] * 8 + ["+"] * 22), results.run(["-"] * 5 + ["+"] * 24 + ["-"]), usd_per_conversation=0.02
    )["case"]
    row = verdict.difference
    assert (verdict.decision, verdict.gap) == (Decision.NOT_ENOUGH_EVIDENCE, Gap.TOO_FEW)
    assert verdict.more_conversations == conversations_needed(row.difference, row.spread) - 30
    assert verdict.more_usd == pytest.approx(0.02 * verdict.more_conversations)


def test_no_number_of_conversations_is_forecast_where_the_power_has_no_reason_for_one(results):
    """Nine of nine better is as clear as nine can be, and not enough for the correction of thirty tests."""
    poor, good = results.run(["---", "--+", "---"] * 3), results.run(["+++"] * 9)
    [row] = paired_differences(measure(poor, (CASE,)), measure(good, (CASE,)))
    verdict = decide([row] * 30, usd_per_conversation=0.02)[0]
    assert row.low > 0 and verdict.adjusted_p > 0.05
    assert (verdict.decision, verdict.gap) == (Decision.NOT_ENOUGH_EVIDENCE, Gap.TOO_FEW)
    assert (verdict.more_conversations, verdict.more_usd) == (None, None)


def test_identical_runs_are_said_to_be_identical(results):
    run = results.run(["+", "-"] * 20)
    verdict = verdicts(run, run)["case"]
    assert (verdict.decision, verdict.gap, verdict.adjusted_p) == (Decision.NOT_ENOUGH_EVIDENCE, Gap.IDENTICAL, 1.0)
    assert verdict.more_conversations is None and verdict.more_usd is None
    assert verdict.difference.low < 0 < verdict.difference.high


def test_a_large_run_can_rule_a_relevant_difference_out(results):
    a = results.run(["+"] * 996 + ["-", "+"] * 2)
    b = results.run(["+"] * 996 + ["+", "-"] * 2)
    assert verdicts(a, b)["case"].gap is Gap.SMALL


def test_holm_counts_only_metrics_that_can_show_a_difference(results):
    a, b = results.run(["-"] * 7 + ["+"] * 33), results.run(["+"] * 40)
    alone = verdicts(a, b)["case"]
    with_still_ones = verdicts(a, b, default_metrics(("plan",)))["case"]
    assert alone.adjusted_p == with_still_ones.adjusted_p == alone.difference.p_value
    with_a_moving_one = verdicts(a, b, (CASE, pass_rate("intent")))
    assert with_a_moving_one["case"].adjusted_p == pytest.approx(2 * alone.difference.p_value)


def test_no_verdict_when_the_interval_holds_zero(results):
    """Four one-sided changes: mid-p 0.0625; five: 0.031 with an interval that must also leave 0 out."""
    for changed in range(1, 8):
        verdict = verdicts(results.run(["-"] * changed + ["+"] * 33), results.run(["+"] * (33 + changed)))["case"]
        row = verdict.difference
        if verdict.decision is Decision.BETTER:
            assert row.low > 0 and verdict.adjusted_p < 0.05
        else:
            assert verdict.more_conversations and verdict.more_conversations > 0
