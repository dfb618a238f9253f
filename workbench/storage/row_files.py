"""Parquet files that are written once, whole or not at all, and written and read in pieces. Rows arrive as JSON."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot_core.errors import Immutable, StoreError

if TYPE_CHECKING:
    import pyarrow as pa

_MOST_ROWS, _MOST_BYTES = 100, 500_000
"""A row group is full when it has either: what is in memory at once. All trials of a case stand together, so that a
hundred rows can be a hundred long conversations."""


def write_rows(path: Path, schema: pa.Schema, rows: Iterable[bytes], *, what: str) -> None:
    """Each row is one JSON object. Raises Immutable, naming `what`, when the file is there; StoreError for the disk."""
    import pyarrow.parquet as pq

    if path.exists():
        raise Immutable(f"{what} is already saved")
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".tmp")
    try:
        with pq.ParquetWriter(half, schema, compression="zstd") as writer:
            for group in _groups(rows):
                writer.write_table(_table(group, schema))
        half.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}") from error


def read_metadata(path: Path, key: bytes) -> bytes:
    """Raises FileNotFoundError, ArrowException, KeyError or TypeError for a file that has none."""
    import pyarrow.parquet as pq

    found: bytes = pq.read_schema(path).metadata[key]
    return found


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """In the file's order, one row group in memory at a time. Raises as `read_metadata`."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield from file.read_row_group(group).to_pylist()


def _groups(rows: Iterable[bytes]) -> Iterator[list[bytes]]:
    group: list[bytes] = []
    size = 0
    for row in rows:
        group.append(row)
        size += len(row)
        if len(group) == _MOST_ROWS or size >= _MOST_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


def _table(rows: list[bytes], schema: pa.Schema) -> pa.Table:
    """By way of JSON: what Arrow makes of Python values imports pandas, a second for every run."""
    import pyarrow.json as pj

    text = b"\n".join(rows)
    # One block, so that no row is cut.
    blocks = pj.ReadOptions(use_threads=False, block_size=len(text) + 1)
    return pj.read_json(io.BytesIO(text), blocks, pj.ParseOptions(explicit_schema=schema)).select(schema.names)
