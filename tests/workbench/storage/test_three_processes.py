"""A run from the command line, a workbench and a channel at the same time: no lock stops any of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.three_processes import three_processes


@pytest.mark.timeout(400)
def test_three_processes_at_once(tmp_path: Path):
    """benchmarks/proofs.py lets them work for longer."""
    rounds = three_processes(tmp_path)
    assert rounds.problems == ()
    assert rounds.played == 30 and rounds.rebuilds > 0 and rounds.turns > 0
