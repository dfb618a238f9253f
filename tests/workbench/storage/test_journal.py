from __future__ import annotations

import pytest

from bot_core.errors import StoreError
from tests.fakes.results import result
from workbench.storage.journal import Journal, journaled


def test_what_was_appended_is_read_again_in_any_order(tmp_path):
    path = tmp_path / "runs" / "r.jsonl"
    journal = Journal(path)
    journal.append(result("a-a"))
    journal.append(result("b-b"))
    assert list(Journal(path).results()) == [result("a-a"), result("b-b")] == list(journal.results())
    order = [("b-b", 1), ("never", 1), ("a-a", 1)]
    assert list(Journal(path).results(order)) == [result("b-b"), result("a-a")]
    assert len(journal) == 2
    assert ("a-a", 1) in journal
    assert ("a-a", 2) not in journal


def test_a_line_cut_short_by_a_kill_is_dropped_and_its_place_used(tmp_path):
    path = tmp_path / "r.jsonl"
    Journal(path).append(result("a-a"))
    path.write_bytes(path.read_bytes() + b'{"case_id": "b-')
    journal = Journal(path)
    assert [found.case_id for found in journal.results()] == ["a-a"]
    journal.append(result("c-c"))
    assert [found.case_id for found in Journal(path).results()] == ["a-a", "c-c"]


def test_a_reader_beside_the_writer_sees_whole_lines_only(tmp_path):
    path = tmp_path / "r.jsonl"
    Journal(path).append(result("a-a"))
    path.write_bytes(path.read_bytes() + b'{"case_id": "b-')
    assert [found.case_id for found in journaled(path)] == ["a-a"]
    assert list(journaled(tmp_path / "none.jsonl")) == []


def test_a_very_long_half_line_is_dropped_too(tmp_path):
    path = tmp_path / "r.jsonl"
    Journal(path).append(result("a-a"))
    whole = path.read_bytes()
    path.write_bytes(whole + b"x" * 200_000)
    assert len(Journal(path)) == 1
    assert path.read_bytes() == whole


def test_a_broken_line_names_file_and_line(tmp_path):
    path = tmp_path / "r.jsonl"
    Journal(path).append(result("a-a"))
    path.write_bytes(path.read_bytes() + b"{}\n")
    with pytest.raises(StoreError, match=r"r\.jsonl: line 2"):
        Journal(path)
    with pytest.raises(StoreError, match=r"r\.jsonl: line 2"):
        list(journaled(path))


def test_discarding_twice_is_fine(tmp_path):
    journal = Journal(tmp_path / "r.jsonl")
    journal.append(result("a-a"))
    journal.discard()
    journal.discard()
    assert not (tmp_path / "r.jsonl").exists()
