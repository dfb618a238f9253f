"""Leads in a file of JSON lines: one request a line, safe for several threads and processes on one machine."""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from bot_core.errors import StoreError
from bot_core.leads.lead import Lead, LeadKind
from bot_core.leads.reference import lead_reference

_Key = tuple[str, str]
_HINT = "mend or move the file: leads are appended to it"


class FileLeadSink:
    """Appends to `path`; the file and its folders are made with the first lead.

    A line is on the disk (fsync) before its reference is returned. A line that a crash cut short was never answered
    for, and makes room for the next one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._known = _Known()

    def submit(self, lead: Lead) -> str:
        """Record `lead`, once for each tracking_id and kind, and return its reference. Raises StoreError."""
        with self._lock:
            try:
                with _locked(self._path) as file:
                    return self._submit(file, lead)
            except OSError as error:
                raise StoreError(f"{self._path}: the lead cannot be recorded: {error.strerror}") from error

    def _submit(self, file: int, lead: Lead) -> str:
        self._known.catch_up(file, self._path)
        reference = self._known.references.get(_key(lead.tracking_id, lead.kind))
        if reference is None:
            reference = self._free_reference(lead)
            line = json.dumps({"reference": reference, **lead.model_dump(mode="json")}, ensure_ascii=False)
            _append(file, line.encode() + b"\n")
        return reference

    def _free_reference(self, lead: Lead) -> str:
        taken = self._known.taken
        candidates = (lead_reference(lead.tracking_id, lead.kind, attempt) for attempt in count())
        return next(reference for reference in candidates if reference not in taken)


class _Known:
    """What the file holds, read once: each submission reads only what was appended since the last one."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._file: tuple[int, int] | None = None
        self._read = 0
        self._lines = 0
        self.references: dict[_Key, str] = {}
        self.taken: set[str] = set()

    def catch_up(self, file: int, path: Path) -> None:
        status = os.fstat(file)
        if self._file != (status.st_dev, status.st_ino) or status.st_size < self._read:
            self._forget()
            self._file = (status.st_dev, status.st_ino)
        fresh = os.pread(file, status.st_size - self._read, self._read)
        whole = fresh[: fresh.rfind(b"\n") + 1]
        for line in whole.splitlines():
            self._lines += 1
            if line.strip():
                self._learn(line, path)
        self._read += len(whole)
        if len(whole) < len(fresh):
            os.ftruncate(file, self._read)

    def _learn(self, line: bytes, path: Path) -> None:
        try:
            row = json.loads(line)
            key, reference = _key(row["tracking_id"], LeadKind(row["kind"])), str(row["reference"])
        except (ValueError, KeyError, TypeError) as error:
            number = self._lines
            self._forget()
            raise StoreError(f"{path}: line {number} is not a lead", hint=_HINT) from error
        self.references[key] = reference
        self.taken.add(reference)


def _key(tracking_id: str, kind: LeadKind) -> _Key:
    return tracking_id, kind.value


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The open file, ours alone until the end: other threads and processes wait."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def _append(file: int, line: bytes) -> None:
    """All of `line`, on the disk, or nothing of it."""
    before = os.fstat(file).st_size
    try:
        written = 0
        while written < len(line):
            written += os.write(file, line[written:])
        os.fsync(file)
    except OSError:
        os.ftruncate(file, before)
        raise
