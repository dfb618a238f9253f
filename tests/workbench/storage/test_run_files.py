from __future__ import annotations

import pytest

from bot_core.errors import Immutable, NotFound, StoreError
from tests.fakes.results import result, run, spoken
from workbench.records import CaseError, CaseResult, SimulatedEnd, Verdict
from workbench.storage.run_files import read_results, read_run, write_run


def test_a_run_comes_back_as_it_was(tmp_path):
    path = tmp_path / "e1-1.parquet"
    broken = CaseResult(
        case_id="c-c", why="broken", verdict=Verdict.ERROR, error=CaseError(kind="StaleCassette", message="¿?")
    )
    simulated = result("d-d").model_copy(
        update={
            "simulated": SimulatedEnd(end="gave_up", goal_reached=False, faults=("silent, turn 2: nothing",)),
            "evaluation_calls": tuple(spoken().trace.calls),
        }
    )
    results = [result("a-a"), result("b-b", Verdict.FAIL), broken, simulated]
    write_run(path, run(), results)
    assert read_run(path) == run()
    assert list(read_results(path)) == results


def test_many_results_are_written_and_read_in_groups(tmp_path):
    import pyarrow.parquet as pq

    path = tmp_path / "e1-1.parquet"
    write_run(path, run(), (result(f"case-{number}") for number in range(250)))
    assert pq.ParquetFile(path).num_row_groups == 3
    assert [found.case_id for found in read_results(path)] == [f"case-{number}" for number in range(250)]


def test_long_conversations_make_smaller_groups(tmp_path):
    import pyarrow.parquet as pq

    path = tmp_path / "e1-1.parquet"
    results = [result(f"case-{number}").model_copy(update={"why": "x" * 200_000}) for number in range(10)]
    write_run(path, run(), results)
    file = pq.ParquetFile(path)
    assert [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)] == [3, 3, 3, 1]
    assert list(read_results(path)) == results


def test_a_run_is_written_once(tmp_path):
    path = tmp_path / "e1-1.parquet"
    write_run(path, run(), [result("a-a")])
    with pytest.raises(Immutable):
        write_run(path, run(), [])
    assert list(read_results(path)) == [result("a-a")]


def test_an_empty_run_is_a_run(tmp_path):
    path = tmp_path / "e1-1.parquet"
    write_run(path, run(), [])
    assert read_run(path) == run()
    assert list(read_results(path)) == []


def test_other_files_are_refused(tmp_path):
    (tmp_path / "x.parquet").write_bytes(b"no parquet at all")
    with pytest.raises(StoreError, match=r"x\.parquet: not a run"):
        read_run(tmp_path / "x.parquet")
    with pytest.raises(NotFound, match="no run y"):
        list(read_results(tmp_path / "y.parquet"))


def test_a_parquet_file_of_somebody_else_is_refused(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"a": [1]}), tmp_path / "x.parquet")
    with pytest.raises(StoreError, match="not a run"):
        list(read_results(tmp_path / "x.parquet"))


def test_verdicts_are_columns_that_sql_can_read(tmp_path):
    import pyarrow.parquet as pq

    path = tmp_path / "e1-1.parquet"
    write_run(path, run(), [result("a-a", Verdict.FAIL)])
    [row] = pq.read_table(path, columns=["case_id", "verdict", "scores"]).to_pylist()
    assert row["verdict"] == "fail"
    assert row["scores"][0] == {"scorer": "intent", "verdict": "fail", "reasons": ["wrong"]}
