from __future__ import annotations

from decimal import Decimal

import pytest

from tests.fakes.judging import judge_call
from workbench.evaluation.statistics.metrics import Observed, default_metrics, measure

METRICS = default_metrics(("intent", "plan"))


def test_trials_are_observations_of_one_conversation(results):
    measured = measure(results.run(["+-+", "+++"]), METRICS)
    assert measured.of("case") == {"case-0": Observed(2.0, 3), "case-1": Observed(3.0, 3)}
    assert (measured.trials, len(measured.conversations)) == (3, 2)


def test_what_was_not_scored_is_no_observation(results):
    measured = measure(results.run(["+", "?", "!"]), METRICS)
    assert measured.of("case") == measured.of("intent") == {"case-0": Observed(1.0, 1)}
    assert measured.of("plan") == measured.of("nothing") == {}
    assert measured.errors == 1 and len(measured.conversations) == 3


def test_what_a_turn_and_a_conversation_cost(results):
    measured = measure(results.run(["+"], seconds=0.8, usd="0.002", attempts=3), METRICS)
    found = {name: cases["case-0"] for name, cases in measured.observed.items()}
    assert found["latency"] == Observed(1.6, 2) and found["latency"].mean == pytest.approx(0.8)
    assert found["overhead"].mean == found["model_time"].mean == pytest.approx(0.4)
    assert found["cost"].mean == pytest.approx(0.004)
    assert (found["input_tokens"].mean, found["output_tokens"].mean) == (14, 6)
    assert (found["model_calls"].mean, found["retries"].mean) == (2, 4)


def test_the_embedded_baseline_is_no_call_of_a_model(results):
    """Unless it stands in for a model that was asked and failed."""
    own, stood_in = (
        measure(results.run(["+"], model="offline", fallback=fallback), METRICS).of("model_calls")["case-0"].mean
        for fallback in (False, True)
    )
    assert (own, stood_in) == (0, 2)


def test_all_that_was_paid_counts_also_where_it_broke_off(results):
    judge = judge_call().model_copy(update={"cost_usd": Decimal("0.1")})
    judged, broken = results.run(["+", "!"], usd="0.01")
    judged = judged.model_copy(update={"evaluation_calls": (judge,)})
    assert measure([judged, broken], METRICS).usd == pytest.approx(0.02 + 0.1 + 0.02)


def test_a_generator_is_read_once(results):
    assert measure((row for row in results.run(["+", "-"])), METRICS).of("case").keys() == {"case-0", "case-1"}


def test_more_is_better_only_for_passes():
    assert {metric.name for metric in METRICS if metric.higher_is_better} == {"case", "intent", "plan"}
    assert len({metric.name for metric in METRICS}) == len(METRICS)
