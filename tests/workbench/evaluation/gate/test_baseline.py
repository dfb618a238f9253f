from __future__ import annotations

from datetime import date

import pytest

from bot_core.errors import DatasetError
from tests.fakes.gated import played, suite_run
from workbench.evaluation.gate.baseline import Baseline, bless, read_baseline, write_baseline

TODAY = date(2026, 11, 24)


def blessed(*results) -> Baseline:
    return bless([suite_run(*results)], "the first one", TODAY)


def test_it_comes_back_as_it_was_written(tmp_path):
    path = tmp_path / "reports" / "baseline.json"
    baseline = blessed(played("case-b", "slots", "plan"), played("case-a"))
    write_baseline(path, baseline)
    assert read_baseline(path) == baseline
    assert baseline.failed("offline-base/golden", "case-b") == frozenset({"slots", "plan"})
    assert baseline.failed("offline-base/golden", "case-a") == frozenset()
    assert baseline.failed("offline-base/golden", "case-c") is None
    assert baseline.failed("another", "case-a") is None


def test_a_review_sees_one_line_for_each_case_that_changed(tmp_path):
    before, after = tmp_path / "a.json", tmp_path / "b.json"
    write_baseline(before, blessed(*(played(f"case-{n}") for n in range(9))))
    write_baseline(after, blessed(*(played(f"case-{n}", *(["slots"] if n == 4 else [])) for n in reversed(range(9)))))
    old, new = (path.read_text(encoding="utf-8").splitlines() for path in (before, after))
    assert [(a.strip(), b.strip()) for a, b in zip(old, new, strict=True) if a != b] == [
        ('"case-4": "pass",', '"case-4": "fail: slots",')
    ]


def test_nothing_blessed_yet(tmp_path):
    assert read_baseline(tmp_path / "baseline.json") is None


@pytest.mark.parametrize("content", ["{}", "not json", '{"blessed_on": "2026-11-24", "reason": "", "suites": {}}'])
def test_a_broken_baseline_is_named(tmp_path, content):
    path = tmp_path / "baseline.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DatasetError, match=r"baseline\.json: not a baseline"):
        read_baseline(path)
