"""The table says what was missed, and a run that was cut off goes on with what it had."""

from __future__ import annotations

from pathlib import Path

from channels.scorecard.report import markdown, misses, read, write
from channels.scorecard.rows import Row, at_least, at_most, quantile, told, zero

ROWS: list[Row] = [
    zero("S1", "messages lost", 0, "of 12"),
    at_most("S6", "ack p99, ms", 300.0, 250, timed=True),
    at_least("S13", "bursts answered once", 0.995, 0.99),
    told("load", "kills", 10, "after_post 10"),
]


def test_a_row_is_judged_by_its_mark():
    assert [row.passed for row in ROWS] == [True, False, True, True]
    assert not zero("S2", "double replies", 1).passed


def test_the_page_has_a_column_for_each_setting_and_names_the_misses():
    page = markdown({"SQLite, 1 worker": ROWS, "PostgreSQL, 3 workers": ROWS[:1]}, {"seed": 7})
    assert "| S6 | ack p99, ms | ≤ 250 | **300** | – |" in page
    assert "- SQLite, 1 worker: S6 ack p99, ms: 300 (≤ 250)" in page
    assert "- S1 messages lost: of 12" in page
    assert [row.name for _, row in misses({"a": ROWS})] == ["S6"]
    assert "Nothing." in markdown({"a": ROWS[:1]}, {})


def test_what_was_written_is_read_again(tmp_path: Path):
    write({"SQLite, 1 worker": ROWS}, {"seed": 7}, "scorecard-small", tmp_path)
    assert read("scorecard-small", tmp_path) == ({"SQLite, 1 worker": ROWS}, {"seed": 7})
    assert read("scorecard-full", tmp_path) == ({}, {})


def test_quantiles_of_few_values():
    assert quantile([], 0.5) == 0
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2
    assert quantile([1.0, 2.0], 0.99) == 2
