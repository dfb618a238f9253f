"""A finished run: one immutable Parquet file with the run's record in its metadata, written and read in pieces."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot_core.errors import Damaged, NotFound
from workbench.records import CaseResult, RunRecord
from workbench.storage.row_files import read_metadata, read_rows, write_rows

if TYPE_CHECKING:
    import pyarrow as pa

_RECORD = b"kavak.run"
_AS_JSON = ("turns", "error", "evaluation_calls", "simulated", "warnings")
"""Columns that hold one JSON text."""


def write_run(path: Path, run: RunRecord, results: Iterable[CaseResult]) -> None:
    """Write the run once, whole or not at all. Raises Immutable when it is there already, StoreError for the disk."""
    write_rows(path, _schema(run), map(_row, results), what=f"the run {run.run_id}")


def read_run(path: Path) -> RunRecord:
    """The record alone. Raises NotFound, or StoreError for a file that is no run."""
    import pyarrow as pa

    if not path.exists():
        raise NotFound(f"no run {path.stem} in {path.parent}")
    try:
        return RunRecord.model_validate_json(read_metadata(path, _RECORD))
    except (pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise _not_a_run(path, error) from error


def read_results(path: Path) -> Iterator[CaseResult]:
    """The run's results in its order, one row group in memory at a time. Raises as `read_run`."""
    import pyarrow as pa

    read_run(path)
    try:
        yield from map(_result, read_rows(path))
    except (pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise _not_a_run(path, error) from error


def _not_a_run(path: Path, error: Exception) -> Damaged:
    return Damaged(f"{path}: not a run of this workbench: {type(error).__name__}")


def _schema(run: RunRecord) -> pa.Schema:
    import pyarrow as pa

    score = pa.struct([("scorer", pa.string()), ("verdict", pa.string()), ("reasons", pa.list_(pa.string()))])
    return pa.schema(
        [
            ("case_id", pa.string()),
            ("why", pa.string()),
            ("tags", pa.list_(pa.string())),
            ("difficulty", pa.string()),
            ("trial", pa.int32()),
            ("verdict", pa.string()),
            ("scores", pa.list_(score)),
            ("turns", pa.string()),
            ("error", pa.string()),
            ("seconds", pa.float64()),
            ("evaluation_calls", pa.string()),
            ("simulated", pa.string()),
            ("warnings", pa.string()),
        ],
        metadata={_RECORD: run.model_dump_json().encode()},
    )


def _row(result: CaseResult) -> bytes:
    """Verdicts as columns that SQL can read; the transcript as one JSON text."""
    row = result.model_dump(mode="json")
    row |= {name: json.dumps(row[name], ensure_ascii=False) if row[name] else None for name in _AS_JSON}
    return json.dumps(row, ensure_ascii=False).encode()


def _result(row: dict[str, Any]) -> CaseResult:
    values = {name: json.loads(row[name]) for name in _AS_JSON if row.get(name)}
    plain = {name: value for name, value in row.items() if name not in _AS_JSON}
    return CaseResult.model_validate(plain | values)
