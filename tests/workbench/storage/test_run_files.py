from __future__ import annotations

import pytest

from bot_core.errors import Immutable, NotFound, StoreError
from tests.fakes.results import result, run
from workbench.records import CaseError, CaseResult, Verdict
from workbench.storage.run_files import RunFiles


def test_a_run_comes_back_as_it_was(tmp_path):
    files = RunFiles(tmp_path)
    broken = CaseResult(
        case_id="c-c", why="broken", verdict=Verdict.ERROR, error=CaseError(kind="StaleCassette", message="¿?")
    )
    results = (result("a-a"), result("b-b", Verdict.FAIL), broken)
    files.save(run(), results)
    assert files.load("e1-1") == (run(), results)
    assert files.run_ids() == ("e1-1",)


def test_a_run_is_written_once(tmp_path):
    files = RunFiles(tmp_path)
    files.save(run(), [result("a-a")])
    with pytest.raises(Immutable):
        files.save(run(), [])
    assert files.load("e1-1")[1] == (result("a-a"),)


def test_an_empty_run_is_a_run(tmp_path):
    files = RunFiles(tmp_path)
    files.save(run(), [])
    assert files.load("e1-1") == (run(), ())


def test_other_files_are_refused(tmp_path):
    (tmp_path / "x.parquet").write_bytes(b"no parquet at all")
    with pytest.raises(StoreError, match=r"x\.parquet: not a run"):
        RunFiles(tmp_path).load("x")
    with pytest.raises(NotFound, match="no run y"):
        RunFiles(tmp_path).load("y")


def test_a_parquet_file_of_somebody_else_is_refused(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"a": [1]}), tmp_path / "x.parquet")
    with pytest.raises(StoreError, match="not a run"):
        RunFiles(tmp_path).load("x")


def test_verdicts_are_columns_that_sql_can_read(tmp_path):
    import pyarrow.parquet as pq

    path = RunFiles(tmp_path).save(run(), [result("a-a", Verdict.FAIL)])
    [row] = pq.read_table(path, columns=["case_id", "verdict", "scores"]).to_pylist()
    assert row["verdict"] == "fail"
    assert row["scores"][0] == {"scorer": "intent", "verdict": "fail", "reasons": ["wrong"]}
