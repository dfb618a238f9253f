"""A stable name for a worker: who takes the place of a dead one goes on with what it left."""

from __future__ import annotations

import fcntl
import socket
from pathlib import Path
from typing import IO

from bot_core.errors import StoreError

_MOST = 64


class WorkerSlot:
    """The first free number on this machine, held until the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, _MOST + 1):
            file = (folder / f"whatsapp-worker-{number}.lock").open("w")
            if _locked(file):
                self._file = file
                self.number = number
                self.executor_id = f"{socket.gethostname()}-{number}"
                return
            file.close()
        raise StoreError(f"{_MOST} workers run on this machine already")

    def close(self) -> None:
        self._file.close()


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
