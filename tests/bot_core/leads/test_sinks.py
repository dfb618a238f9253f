"""A lead is recorded once, durably, and only then has a reference."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import re
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot_core.errors import StoreError
from bot_core.leads import sinks
from bot_core.leads.lead import Lead, LeadKind
from bot_core.leads.reference import lead_reference
from bot_core.leads.sinks import FileLeadSink

NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
TEXT = st.text(max_size=40)


def lead(tracking_id: str = "t1", kind: LeadKind = LeadKind.APPOINTMENT, **changes: Any) -> Lead:
    return Lead(kind=kind, tracking_id=tracking_id, conversation_id="c1", created_at=NOW, **changes)


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


def submit_all(path: Path, tracking_ids: list[str]) -> list[str]:
    """Runs in a process of its own."""
    sink = FileLeadSink(path)
    return [sink.submit(lead(tracking_id)) for tracking_id in tracking_ids]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "leads.jsonl"


def test_a_lead_is_on_the_disk_with_its_reference(path: Path) -> None:
    recorded = lead(stock_id="9", car_label="Nissan Versa 2019", day="mañana a las 11\n", customer_name="José «Ñ»")
    reference = FileLeadSink(path).submit(recorded)

    assert re.fullmatch(r"KV-[0-9A-F]{6}", reference)
    [row] = rows(path)
    assert row.pop("reference") == reference
    assert Lead.model_validate(row) == recorded


def test_the_same_request_has_one_line_and_one_reference(path: Path) -> None:
    first, again = FileLeadSink(path), FileLeadSink(path)
    reference = first.submit(lead(day="mañana"))

    assert first.submit(lead(day="el sábado")) == reference
    assert again.submit(lead()) == reference
    assert [row["day"] for row in rows(path)] == ["mañana"]


def test_another_kind_of_request_is_another_lead(path: Path) -> None:
    sink = FileLeadSink(path)
    references = {sink.submit(lead(kind=kind)) for kind in LeadKind}

    assert len(references) == len(LeadKind)
    assert {row["kind"] for row in rows(path)} == {kind.value for kind in LeadKind}


def test_two_requests_never_share_a_reference(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = lambda tracking_id, kind, attempt=0: f"KV-00000{attempt}"  # noqa: E731
    monkeypatch.setattr(sinks, "lead_reference", few)
    sink = FileLeadSink(path)

    assert [sink.submit(lead(f"t{n}")) for n in range(3)] == ["KV-000000", "KV-000001", "KV-000002"]
    assert FileLeadSink(path).submit(lead("t1")) == "KV-000001"


def test_a_line_that_a_crash_cut_short_makes_room(path: Path) -> None:
    sink = FileLeadSink(path)
    kept = sink.submit(lead("t1"))
    with path.open("ab") as file:
        file.write(b'{"reference": "KV-9')

    other = sink.submit(lead("t2"))

    assert [row["reference"] for row in rows(path)] == [kept, other]


def test_a_damaged_file_is_named_with_its_line_and_stays_untouched(path: Path) -> None:
    FileLeadSink(path).submit(lead("t1"))
    with path.open("ab") as file:
        file.write(b"\nnot json\n")
    before = path.read_bytes()

    for sink in (FileLeadSink(path), FileLeadSink(path)):
        with pytest.raises(StoreError, match=r"leads\.jsonl: line 3 is not a lead"):
            sink.submit(lead("t2"))
    assert path.read_bytes() == before


def test_a_file_that_was_moved_away_starts_anew(path: Path) -> None:
    sink = FileLeadSink(path)
    sink.submit(lead("t1"))
    path.rename(path.with_name("old.jsonl"))

    sink.submit(lead("t1"))
    assert len(rows(path)) == 1


def test_a_place_that_cannot_be_written_is_a_store_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(StoreError, match="cannot be recorded"):
        FileLeadSink(blocked / "leads.jsonl").submit(lead())
    with pytest.raises(StoreError, match="cannot be recorded"):
        FileLeadSink(tmp_path).submit(lead())


def test_a_full_disk_leaves_no_half_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = FileLeadSink(path)
    sink.submit(lead("t1"))
    before = path.read_bytes()
    write = os.write

    def half(file: int, data: bytes) -> int:
        if len(data) < 40:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, data[: len(data) // 2])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", half)
        with pytest.raises(StoreError, match="No space left"):
            sink.submit(lead("t2"))
    assert path.read_bytes() == before
    assert sink.submit(lead("t2")).startswith("KV-")


def test_threads_share_one_sink(path: Path) -> None:
    sink = FileLeadSink(path)
    wanted = [f"t{n % 20}" for n in range(100)]
    with ThreadPoolExecutor(8) as pool:
        references = list(pool.map(lambda tracking_id: sink.submit(lead(tracking_id)), wanted))

    assert len(rows(path)) == 20
    assert {row["tracking_id"]: row["reference"] for row in rows(path)} == dict(zip(wanted, references, strict=True))


def test_processes_share_one_file(path: Path) -> None:
    wanted = [f"t{n}" for n in range(25)]
    with ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("fork")) as pool:
        answers = list(pool.map(submit_all, [path] * 3, [wanted, wanted[::-1], wanted]))

    assert len(rows(path)) == 25
    assert answers[0] == answers[2] == answers[1][::-1]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    requests=st.lists(
        st.tuples(TEXT, st.sampled_from(LeadKind), TEXT | st.none(), TEXT | st.none()), min_size=1, max_size=12
    )
)
def test_whatever_customers_write_reads_back(tmp_path_factory: pytest.TempPathFactory, requests: list[Any]) -> None:
    path = tmp_path_factory.mktemp("leads") / "leads.jsonl"
    first: dict[tuple[str, LeadKind], Lead] = {}
    references: dict[tuple[str, LeadKind], str] = {}
    for tracking_id, kind, day, name in requests:
        request = lead(tracking_id, kind, day=day, customer_name=name)
        first.setdefault((tracking_id, kind), request)
        # A new sink each time: everything must come from the file.
        reference = FileLeadSink(path).submit(request)
        assert references.setdefault((tracking_id, kind), reference) == reference

    stored = {(row["tracking_id"], LeadKind(row["kind"])): row for row in rows(path)}
    assert {key: row.pop("reference") for key, row in stored.items()} == references
    assert {key: Lead.model_validate(row) for key, row in stored.items()} == first
    assert len(set(references.values())) == len(references)


@given(tracking_id=TEXT, kind=st.sampled_from(LeadKind))
def test_a_reference_is_the_same_for_the_same_request(tracking_id: str, kind: LeadKind) -> None:
    assert lead_reference(tracking_id, kind) == lead_reference(tracking_id, kind)
    assert lead_reference(tracking_id, kind, 1) != lead_reference(tracking_id, kind)
