"""What a judge preferred, pair by pair: one immutable Parquet file for each variant that was set against the first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot_core.errors import Damaged
from bot_core.messages import Frozen
from bot_core.trace import ModelCall
from workbench.records import JudgeWarning
from workbench.storage.row_files import read_metadata, read_rows, write_rows

if TYPE_CHECKING:
    import pyarrow as pa

_HEADER = b"kavak.preferences"
_AS_JSON = ("warnings", "calls")
"""Columns that hold one JSON text."""


class PairOutcome(StrEnum):
    BASELINE = "baseline"
    CANDIDATE = "candidate"
    TIE = "tie"
    """Also when the answer changed with the order, and when both say the same words."""
    UNSCORED = "unscored"
    """The judge failed."""
    LEFT_OUT = "left_out"
    """Nothing to compare: one of the two did not come to its end."""


class PreferenceRecord(Frozen):
    """Of two conversations of one case and trial, the one that serves the customer better."""

    case_id: str
    trial: int = 1
    outcome: PairOutcome
    flipped: bool = False
    """The two orders gave two answers."""
    same: bool = False
    """Both say the same words: nobody was asked."""
    reasons: tuple[str, ...] = ()
    """The judge's: baseline first, then candidate first."""
    problem: str = ""
    """Why there is no answer."""
    warnings: tuple[JudgeWarning, ...] = ()
    calls: tuple[ModelCall, ...] = ()


class PreferencesHeader(Frozen):
    """What a file of preferences is about."""

    experiment_id: str
    baseline_run: str
    candidate_run: str
    judge: str
    """The model."""
    prompt: str
    """Of the comparison."""
    prompt_hash: str


def write_preferences(path: Path, header: PreferencesHeader, records: Iterable[PreferenceRecord]) -> None:
    """Write them once, whole or not at all. Raises Immutable when they are there already, StoreError for the disk."""
    write_rows(path, _schema(header), map(_row, records), what=f"what the judge prefers of {header.candidate_run}")


def read_header(path: Path) -> PreferencesHeader:
    """Raises StoreError for a file that holds no preferences."""
    import pyarrow as pa

    try:
        return PreferencesHeader.model_validate_json(read_metadata(path, _HEADER))
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise _not_preferences(path, error) from error


def read_preferences(path: Path) -> Iterator[PreferenceRecord]:
    """In the order of the cases, one row group in memory at a time. Raises StoreError."""
    import pyarrow as pa

    read_header(path)
    try:
        yield from map(_record, read_rows(path))
    except (pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise _not_preferences(path, error) from error


def _not_preferences(path: Path, error: Exception) -> Damaged:
    return Damaged(f"{path}: no preferences of this workbench: {type(error).__name__}")


def _schema(header: PreferencesHeader) -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            ("case_id", pa.string()),
            ("trial", pa.int32()),
            ("outcome", pa.string()),
            ("flipped", pa.bool_()),
            ("same", pa.bool_()),
            ("reasons", pa.list_(pa.string())),
            ("problem", pa.string()),
            ("warnings", pa.string()),
            ("calls", pa.string()),
        ],
        metadata={_HEADER: header.model_dump_json().encode()},
    )


def _row(record: PreferenceRecord) -> bytes:
    row = record.model_dump(mode="json")
    row |= {name: json.dumps(row[name], ensure_ascii=False) for name in _AS_JSON}
    return json.dumps(row, ensure_ascii=False).encode()


def _record(row: dict[str, Any]) -> PreferenceRecord:
    return PreferenceRecord.model_validate(row | {name: json.loads(row[name]) for name in _AS_JSON})
