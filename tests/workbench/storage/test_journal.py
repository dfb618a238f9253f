from __future__ import annotations

import pytest

from bot_core.errors import StoreError
from tests.fakes.results import result
from workbench.storage.journal import Journal


def test_what_was_appended_is_read_again(tmp_path):
    path = tmp_path / "runs" / "r.jsonl"
    journal = Journal(path)
    journal.append(result("a-a"))
    journal.append(result("b-b"))
    assert Journal(path).results() == (result("a-a"), result("b-b")) == journal.results()


def test_a_line_cut_short_by_a_kill_is_dropped_and_its_place_used(tmp_path):
    path = tmp_path / "r.jsonl"
    Journal(path).append(result("a-a"))
    path.write_bytes(path.read_bytes() + b'{"case_id": "b-')
    journal = Journal(path)
    assert [found.case_id for found in journal.results()] == ["a-a"]
    journal.append(result("c-c"))
    assert [found.case_id for found in Journal(path).results()] == ["a-a", "c-c"]


def test_a_broken_line_names_file_and_line(tmp_path):
    path = tmp_path / "r.jsonl"
    Journal(path).append(result("a-a"))
    path.write_bytes(path.read_bytes() + b"{}\n")
    with pytest.raises(StoreError, match=r"r\.jsonl: line 2"):
        Journal(path)


def test_discarding_twice_is_fine(tmp_path):
    journal = Journal(tmp_path / "r.jsonl")
    journal.append(result("a-a"))
    journal.discard()
    journal.discard()
    assert not (tmp_path / "r.jsonl").exists()
