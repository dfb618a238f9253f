from __future__ import annotations

import pytest

from workbench.records import Score, Verdict, overall

PASS, FAIL, ERROR, UNSCORED = Verdict.PASS, Verdict.FAIL, Verdict.ERROR, Verdict.UNSCORED


@pytest.mark.parametrize(
    ("verdicts", "whole"),
    [
        ((), UNSCORED),
        ((UNSCORED, PASS), PASS),
        ((PASS, ERROR), ERROR),
        ((PASS, ERROR, FAIL), FAIL),
        ((UNSCORED,), UNSCORED),
    ],
)
def test_one_wrong_answer_fails_a_case_and_a_broken_check_leaves_it_open(verdicts, whole):
    scores = tuple(Score(scorer=f"s{n}", verdict=verdict) for n, verdict in enumerate(verdicts))
    assert overall(scores) is whole
