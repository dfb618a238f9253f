from __future__ import annotations

from decimal import Decimal

import pytest

from bot_core.errors import UserError
from tests.fakes.judging import judge_call
from workbench.evaluation.statistics.analysis import analyse
from workbench.evaluation.statistics.verdicts import Decision


def test_rates_reliability_and_money_of_each_variant(results):
    analysis = analyse([results.run(["++", "+-", "--"], usd="0.01"), results.run(["++"] * 3)], ["a", "b"])
    first, second = analysis.variants
    assert first.rates["case"].share == pytest.approx(0.5)
    assert [row.k for row in first.reliability] == [1, 2]
    assert [row.share for row in first.reliability] == pytest.approx([0.5, 1 / 3])
    assert second.reliability[1].share == 1.0
    assert first.usd_per_conversation == pytest.approx(0.04)
    assert (first.trials, first.conversations) == (2, 3)


def test_every_further_variant_against_the_first(results):
    runs = [results.run(["-"] * 15 + ["+"] * 15), results.run(["+"] * 30), results.run(["-"] * 15 + ["+"] * 15)]
    better, same = analyse(runs, ["a", "b", "c"]).comparisons
    assert (better.baseline, better.candidate, same.candidate) == ("a", "b", "c")
    found = better.of("case")
    assert found is not None and found.decision is Decision.BETTER
    assert same.of("case").decision is Decision.NOT_ENOUGH_EVIDENCE  # type: ignore[union-attr]
    assert better.of("plan") is None


def test_more_conversations_cost_what_the_judge_and_the_pairs_cost_too(results):
    judge = judge_call().model_copy(update={"cost_usd": Decimal("0.05")})
    first = [one.model_copy(update={"evaluation_calls": (judge,)}) for one in results.run(["+", "-"] * 8, usd="0.01")]
    second = results.run(["+", "+", "-", "+"] * 4, usd="0.02")
    one, two = (analyse([first, second], ["a", "b"], pairs_usd=usd).comparisons[0].of("case") for usd in (0.0, 0.3))
    assert one and two and one.more_conversations and one.more_usd and two.more_usd
    assert one.more_usd / one.more_conversations == pytest.approx(2 * 0.01 + 0.05 + 2 * 0.02)
    assert two.more_usd / one.more_conversations == pytest.approx(0.11 + 0.3)


@pytest.mark.parametrize("others", [2, 8, 30])
def test_however_many_variants_a_clear_difference_is_proven(results, others):
    """Several trials: p-values are drawn, and of 2,000 draws never below 1/2,001, which Holm multiplies."""
    poor, good = results.run(["--"] * 25 + ["++"] * 5), results.run(["++"] * 30, seconds=2.0)
    analysis = analyse([poor, *[good] * others], [str(number) for number in range(others + 1)])
    tested = [row for one in analysis.comparisons for row in one.verdicts if row.difference.differing]
    assert len(tested) >= 4 * others
    assert {row.adjusted_p < 0.02 for row in tested} == {True}
    assert analysis.comparisons[-1].of("case").decision is Decision.BETTER  # type: ignore[union-attr]


def test_one_variant_alone_has_no_comparison(results):
    assert analyse([results.run(["+"])], ["a"]).comparisons == ()


def test_half_a_run_is_compared_where_it_overlaps(results):
    analysis = analyse([iter(results.run(["+"] * 30)), iter(results.run(["+"] * 12))], ["a", "b"])
    verdict = analysis.comparisons[0].of("case")
    assert verdict is not None and verdict.difference.conversations == 12


def test_the_same_results_give_the_same_numbers(results):
    runs = [results.run(["+-", "-+", "++"] * 8), results.run(["++", "--", "-+"] * 8)]
    assert analyse(runs, ["a", "b"]) == analyse(runs, ["a", "b"])


def test_mistakes(results):
    with pytest.raises(UserError, match="2 runs, but 1 names"):
        analyse([[], []], ["a"])
    with pytest.raises(UserError, match="no conversation in common"):
        analyse([results.run(["+"]), [results.one("other", "+")]], ["a", "b"])


def test_a_variant_that_has_not_started_has_no_comparison_yet(results):
    analysis = analyse([results.run(["+-", "++"]), [], results.run(["+-", "--"])], ["A", "B", "C"], partial=True)
    assert [one.candidate for one in analysis.comparisons] == ["C"]
    assert [variant.conversations for variant in analysis.variants] == [2, 0, 2]


def test_both_intervals_of_a_rate(results):
    rate = analyse([results.run(["+"] * 18 + ["-"] * 2)], ["A"]).variants[0].rates["case"]
    assert rate.exact_low < rate.low < rate.share < rate.high < rate.exact_high
