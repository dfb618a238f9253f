"""A finished run: one immutable Parquet file with the run's record in its metadata."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot_core.errors import Immutable, NotFound, StoreError
from workbench.records import CaseResult, RunRecord
from workbench.storage.journal import Journal

if TYPE_CHECKING:
    import pyarrow as pa

_RECORD = b"kavak.run"


class RunFiles:
    """The runs of one folder: `<run_id>.jsonl` while a run is under way, then `<run_id>.parquet`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def journal(self, run_id: str) -> Journal:
        return Journal(self._folder / f"{run_id}.jsonl")

    def exists(self, run_id: str) -> bool:
        return self._path(run_id).exists()

    def save(self, run: RunRecord, results: Sequence[CaseResult]) -> Path:
        """Write the run once, whole or not at all. Raises Immutable when it is there already."""
        import pyarrow.parquet as pq

        path = self._path(run.run_id)
        if path.exists():
            raise Immutable(f"the run {run.run_id} is already saved")
        self._folder.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(".tmp")
        pq.write_table(_table(run, results), half, compression="zstd")
        half.replace(path)
        return path

    def load(self, run_id: str) -> tuple[RunRecord, tuple[CaseResult, ...]]:
        """Raises NotFound, or StoreError for a file that is no run."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self._path(run_id)
        if not path.exists():
            raise NotFound(f"no run {run_id} in {self._folder}")
        try:
            table = pq.read_table(path)
            record = RunRecord.model_validate_json(table.schema.metadata[_RECORD])
            return record, tuple(_result(row) for row in table.to_pylist())
        except (pa.ArrowException, KeyError, TypeError, ValueError) as error:
            raise StoreError(f"{path}: not a run of this workbench: {type(error).__name__}") from error

    def run_ids(self) -> tuple[str, ...]:
        return tuple(sorted(path.stem for path in self._folder.glob("*.parquet")))

    def all(self) -> Iterator[tuple[RunRecord, tuple[CaseResult, ...]]]:
        return (self.load(run_id) for run_id in self.run_ids())

    def _path(self, run_id: str) -> Path:
        return self._folder / f"{run_id}.parquet"


def _table(run: RunRecord, results: Sequence[CaseResult]) -> pa.Table:
    import pyarrow as pa

    score = pa.struct([("scorer", pa.string()), ("verdict", pa.string()), ("reasons", pa.list_(pa.string()))])
    schema = pa.schema(
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
        ],
        metadata={_RECORD: run.model_dump_json().encode()},
    )
    return pa.Table.from_pylist([_row(result) for result in results], schema=schema)


def _row(result: CaseResult) -> dict[str, Any]:
    """Verdicts as columns that SQL can read; the transcript as one JSON text."""
    row = result.model_dump(mode="json")
    row["turns"] = json.dumps(row["turns"], ensure_ascii=False)
    row["error"] = json.dumps(row["error"], ensure_ascii=False) if row["error"] else None
    return row


def _result(row: dict[str, Any]) -> CaseResult:
    turns = json.loads(row["turns"])
    error = json.loads(row["error"]) if row["error"] else None
    return CaseResult.model_validate({**row, "turns": turns, "error": error})
