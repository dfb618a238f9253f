"""A run under way: one line of JSON for each result or comparison, so that a killed run goes on where it stopped."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json

from bot_core.errors import Damaged, StoreError
from workbench.records import CaseResult
from workbench.storage.preference_files import PreferenceRecord

ResultKey = tuple[str, int]
"""Case and trial."""
Line = TypeVar("Line", CaseResult, PreferenceRecord)


class LineJournal(Generic[Line]):
    """Append-only. A line that a kill cut short is dropped: that case is played again.

    Holds where each result is, never the results themselves. One writer at a time.
    """

    def __init__(self, path: Path, kind: type[Line]) -> None:
        self._path = path
        self._kind: type[Line] = kind
        self._at: dict[ResultKey, tuple[int, int]] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        self._end = drop_half_line(path)
        offset = 0
        for number, line in enumerate(_lines(path), start=1):
            self._at[self._key(line, number)] = (offset, len(line))
            offset += len(line)

    def __len__(self) -> int:
        return len(self._at)

    def __contains__(self, key: object) -> bool:
        return key in self._at

    def append(self, result: Line) -> None:
        """`result` is in the file, safe from a kill of this process, when this returns. Raises StoreError."""
        line = result.model_dump_json().encode() + b"\n"
        append_line(self._path, line)
        self._at[result.case_id, result.trial] = (self._end, len(line))
        self._end += len(line)

    def results(self, order: Iterable[ResultKey] | None = None) -> Iterator[Line]:
        """In the order that they came, or in `order`; keys that are not here are left out."""
        keys = self._at if order is None else (key for key in order if key in self._at)
        if not self._at:
            return
        with self._path.open("rb") as file:
            for key in keys:
                offset, length = self._at[key]
                file.seek(offset)
                yield self._kind.model_validate_json(file.read(length))

    def discard(self) -> None:
        """The run is saved elsewhere."""
        self._path.unlink(missing_ok=True)

    def _key(self, line: bytes, number: int) -> ResultKey:
        try:
            row = from_json(line)
            return row["case_id"], row.get("trial", 1)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._not_a_result(number) from error

    def _not_a_result(self, number: int) -> Damaged:
        return Damaged(f"{self._path}: line {number} is not a result", hint="delete the file to start the run again")


class Journal(LineJournal[CaseResult]):
    """The results of a run."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, CaseResult)


class PreferenceJournal(LineJournal[PreferenceRecord]):
    """What the judge preferred of a run's conversations and the baseline's."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, PreferenceRecord)


def journaled(path: Path) -> Iterator[CaseResult]:
    """The results of a journal that another process may be writing to; a line that is not whole yet is left out."""
    return lines_of(path, CaseResult)


def lines_of(path: Path, kind: type[Line]) -> Iterator[Line]:
    """As `journaled`, of either kind."""
    for number, line in enumerate(_lines(path), start=1):
        if not line.endswith(b"\n"):
            return
        try:
            yield kind.model_validate_json(line)
        except ValidationError as error:
            raise Damaged(f"{path}: line {number} is not a result") from error


def append_line(path: Path, line: bytes) -> None:
    """One write at the end of the file. Raises StoreError, for a full disk for instance."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            if os.write(descriptor, line) != len(line):
                raise StoreError(f"{path}: the journal cannot be written: a line was cut short")
        finally:
            os.close(descriptor)
    except OSError as error:
        raise StoreError(f"{path}: the journal cannot be written: {error.strerror}") from error


def drop_half_line(path: Path) -> int:
    """Cut what a kill left behind the last whole line; returns the file's length, 0 for no file."""
    if not path.exists():
        return 0
    with path.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        whole = _end_of_last_line(file.fileno(), end)
        if whole < end:
            file.truncate(whole)
    return whole


def _end_of_last_line(descriptor: int, end: int, block: int = 65_536) -> int:
    while end > 0:
        start = max(0, end - block)
        found = os.pread(descriptor, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _lines(path: Path) -> Iterator[bytes]:
    if path.exists():
        with path.open("rb") as file:
            yield from file
