from __future__ import annotations

import pytest

from workbench.evaluation.statistics.verdict_counts import rate
from workbench.records import Verdict

PASS, FAIL, ERROR, UNSCORED = Verdict.PASS, Verdict.FAIL, Verdict.ERROR, Verdict.UNSCORED


def test_wilson_intervals():
    # Newcombe (1998), table I: 81 of 263 has the Wilson interval 0.2553 to 0.3662.
    found = rate([PASS] * 81 + [FAIL] * 182)
    assert found.share == pytest.approx(81 / 263)
    assert found.low == pytest.approx(0.2553, abs=5e-5)
    assert found.high == pytest.approx(0.3662, abs=5e-5)


def test_errors_and_unscored_are_no_wrong_answers():
    found = rate([PASS, FAIL, ERROR, UNSCORED, UNSCORED])
    assert (found.passed, found.scored, found.errors, found.unscored, found.share) == (1, 2, 1, 2, 0.5)


def test_nothing_scored_has_no_rate():
    found = rate([UNSCORED, ERROR])
    assert (found.scored, found.share, found.low, found.high) == (0, None, None, None)
