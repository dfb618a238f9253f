"""A run under way: one line of JSON for each result, so that a killed run goes on where it stopped."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from bot_core.errors import StoreError
from workbench.records import CaseResult


class Journal:
    """Append-only. A line that a kill cut short is dropped: that case is played again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._results = self._read()

    def results(self) -> tuple[CaseResult, ...]:
        return tuple(self._results)

    def append(self, result: CaseResult) -> None:
        """`result` is in the file, safe from a kill of this process, when this returns."""
        try:
            with self._path.open("ab") as file:
                file.write(result.model_dump_json().encode() + b"\n")
        except OSError as error:
            raise StoreError(f"{self._path}: the journal cannot be written: {error.strerror}") from error
        self._results.append(result)

    def discard(self) -> None:
        """The run is saved elsewhere."""
        self._path.unlink(missing_ok=True)

    def _read(self) -> list[CaseResult]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if not self._path.exists():
            return []
        content = self._path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            self._path.write_bytes(whole)
        return [self._parsed(line, number) for number, line in enumerate(whole.splitlines(), start=1)]

    def _parsed(self, line: bytes, number: int) -> CaseResult:
        try:
            return CaseResult.model_validate_json(line)
        except ValidationError as error:
            hint = "delete the file to start the run again"
            raise StoreError(f"{self._path}: line {number} is not a result", hint=hint) from error
