from __future__ import annotations

import json
from typing import Any

import pytest

from bot_core.errors import UserError
from tests.fakes.found import WRONG_PLAN, plans
from tests.fakes.results import experiment, run
from workbench.evaluation import findings as package
from workbench.evaluation.findings.data import as_data
from workbench.evaluation.findings.records import FlipKind
from workbench.evaluation.statistics.verdicts import Decision
from workbench.records import VariantSpec, Verdict

P = Verdict.PASS
WRONG = WRONG_PLAN


def findings(*arguments: Any, **more: Any) -> Any:
    return package.findings(*arguments, **more)


@pytest.fixture
def results():
    """Twenty cases in A and B: B gets ten more plans right, and one intent wrong."""
    return plans(range(12), "5000"), plans(range(2), "6000", intents=[19])


def test_a_comparison_with_its_verdicts_and_the_cases_behind_them(results):
    found = findings(results, ["A", "B"])
    [comparison] = found.comparisons
    assert comparison.decision is Decision.BETTER
    assert comparison.headline.startswith("«B» es mejor que «A» en conversaciones correctas: +45.0 puntos")
    plan = comparison.of("plan")
    assert len(plan.better) == 10 and plan.worse == ()
    assert plan.bootstrap_low > 0 and plan.sentence in comparison.proven
    assert comparison.of("case").worse == ("case-19",)


def test_rates_with_the_conversations_behind_them(results):
    a, _ = findings(results, ["A", "B"]).variants
    plan = a.rate("plan")
    assert len(plan.passed) == 8 and plan.failed[0] == "case-00"
    assert plan.exact_low < plan.low < plan.share == 0.4 < plan.high < plan.exact_high
    assert plan.label == "plan de financiamiento"
    assert a.rate("safety") is None
    assert a.usd == pytest.approx(0.02) and a.conversations == a.played == 20


def test_flips_hold_both_sides_and_what_differs(results):
    [comparison] = findings(results, ["A", "B"]).comparisons
    lost, *won = comparison.flips
    assert (lost.key, lost.kind, lost.lost_scorers) == ("case-19", FlipKind.LOST, ("intent",))
    assert all(flip.kind is FlipKind.WON and flip.won_scorers == ("plan",) for flip in won)
    assert {"plan", "said"} <= {row.subject for row in won[0].facts}
    [(start, end)] = won[0].marks_b[0]
    assert won[0].b.turns[0].bot[start:end] == "$6000"


def test_a_scorer_that_flips_inside_a_case_that_stays_wrong(make):
    a = [make.played("case-1", plan=WRONG, intent=WRONG)]
    b = [make.played("case-1", plan=WRONG, intent=P)]
    [flip] = findings([a, b], ["A", "B"]).comparisons[0].flips
    assert (flip.kind, flip.won_scorers) == (FlipKind.INSIDE, ("intent",))


def test_trials_have_keys_of_their_own(make):
    runs = [[make.played("case-1", trial=trial, plan=P if trial == 2 else WRONG) for trial in (1, 2)]]
    [variant] = findings(runs, ["A"]).variants
    assert variant.rate("plan").failed == ("case-1",) and variant.rate("plan").passed == ("case-1#2",)
    assert [row.share for row in variant.reliability] == [0.5, 0.0]
    assert findings(runs, ["A"]).comparisons == ()


def test_a_variant_that_has_not_started_yet(results):
    found = findings([results[0], []], ["A", "B"])
    assert found.comparisons == () and found.variants[1].conversations == 0


def test_errors_are_no_wrong_answers(make):
    [variant] = findings([[make.played("case-1", plan=P), make.played("case-2", error="slow")]], ["A"]).variants
    assert variant.errors == ("case-2",) and variant.rate("case").share == 1.0
    assert variant.rate("case").broken == ("case-2",)
    assert variant.failures[0].reason == "ModelTimeout"


def test_a_replay_has_no_times(results):
    found = findings(results, ["A", "B"], timed=False)
    assert found.comparisons[0].of("latency") is None
    assert found.variants[0].distribution("latency") is None
    assert found.variants[0].distribution("cost") is not None


def test_prompts_settings_and_what_really_answered(results):
    specs = [VariantSpec(name="A", release_id="local"), VariantSpec(name="B", release_id="local-v2")]
    found = findings(results, ["A", "B"], specs=specs)
    [comparison] = found.comparisons
    assert {diff.agent for diff in comparison.prompt_diffs} >= {"intention", "financing"}
    [setting] = [row for row in found.variants[0].settings if row.agent == "financing"]
    assert setting.prompt == "financing/v001" and len(setting.prompt_hash) == 64
    [use] = found.variants[0].used
    assert (use.model, use.calls, use.input_tokens) == ("openai/x", 20, 2000)
    assert use.usd == pytest.approx(0.02)


def test_a_release_that_is_gone_leaves_the_run_readable(results):
    specs = [VariantSpec(name="A", release_id="gone"), VariantSpec(name="B", release_id="local")]
    found = findings(results, ["A", "B"], specs=specs)
    assert found.variants[0].settings == () and found.comparisons[0].prompt_diffs == ()


def test_the_experiments_record_names_everything(results):
    record = experiment(run("e1-1"), run("e1-2", position=2))
    found = findings(results, ["variant 1", "variant 2"], record=record)
    assert (found.experiment_id, found.name, found.split) == ("e1", "base / exacto", "smoke")
    assert [variant.run_id for variant in found.variants] == ["e1-1", "e1-2"]
    assert found.variants[0].spec == VariantSpec(name="variant 1")


def test_findings_are_json(results):
    found = findings([iter(run) for run in results], ["A", "B"])
    data = json.loads(json.dumps(as_data(found)))
    assert data["comparisons"][0]["decision"] == "better"
    assert data["comparisons"][0]["flips"][0]["a"]["turns"][0]["bot"].startswith("Pagas")
    assert len(data["variants"][0]["played_conversations"]) == 20
    bare = as_data(found, transcripts=False)
    assert "a" not in bare["comparisons"][0]["flips"][0] and "a" in bare["comparisons"][0]["metrics"][0]
    assert "played_conversations" not in bare["variants"][0]


def test_names_are_needed(results):
    with pytest.raises(UserError, match="every variant needs one"):
        findings(results, ["A"])
