from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.killing import kill_experiments

KILLS = 20
"""benchmarks/kill_study.py makes 100 and more."""


@pytest.mark.timeout(400)
def test_a_finished_call_is_never_paid_twice_whenever_the_process_is_killed(tmp_path: Path):
    figures = kill_experiments(KILLS, 11, tmp_path)
    assert figures.kills == KILLS
    assert figures.paid_twice == []
    assert figures.different == []
    assert figures.lost > 0, "no kill met a call under way"
    assert figures.recorded == 56 * figures.experiments, "28 of the bot, 16 of the judge, 12 of its pairs"
