from __future__ import annotations

from tests.fakes.played import case, turn
from workbench.evaluation.scorers.base import Check, Played, judge
from workbench.evaluation.scorers.table import HARD, SCORERS, score
from workbench.records import Verdict


def test_every_scorer_gives_one_score_in_the_tables_order(context):
    scores = score(case({}), [turn("hola")], context)
    assert [found.scorer for found in scores] == list(SCORERS)
    verdicts = {found.scorer: found.verdict for found in scores}
    assert verdicts["grounding"] is Verdict.PASS
    assert verdicts["plan"] is Verdict.UNSCORED


def test_hard_rules_are_scorers():
    assert set(HARD) <= set(SCORERS)


def test_a_scorer_that_breaks_is_an_error_and_no_wrong_answer(context):
    def broken(_played, _context):
        raise ZeroDivisionError("oh")
        yield

    found = judge("broken", broken, Played.of(case({}), [turn()]), context)
    assert (found.verdict, found.reasons) == (Verdict.ERROR, ("ZeroDivisionError: oh",))


def test_reasons_name_the_turn(context):
    def picky(_played, _context):
        return [Check(1), Check(2, "bad")]

    found = judge("picky", picky, Played.of(case({}), [turn()]), context)
    assert (found.verdict, found.reasons) == (Verdict.FAIL, ("turn 2: bad",))
