"""The name of whoever uses this computer, typed once and kept in the data folder."""

from __future__ import annotations

import threading
from pathlib import Path

from bot_core.errors import StoreError

_FILE = "person.txt"


class NameFile:
    """Safe for many threads; every tab of the process sees the same name."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE
        self._lock = threading.Lock()
        self._name: str | None = None

    def get(self) -> str | None:
        """None until somebody types a name."""
        with self._lock:
            if self._name is None:
                self._name = self._path.read_text(encoding="utf-8").strip() if self._path.exists() else ""
            return self._name or None

    def keep(self, name: str) -> None:
        """Raises StoreError when the folder cannot be written."""
        kept = " ".join(name.split())
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(kept, encoding="utf-8")
        except OSError as error:
            raise StoreError(f"{self._path}: {error.strerror}") from error
        with self._lock:
            self._name = kept
