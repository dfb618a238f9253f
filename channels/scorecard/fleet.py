"""The processes under test: started, killed by themselves at named points, started again."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

_CHECK_SECONDS = 0.1


class Fleet:
    """Keeps each named process running; every death is counted with its time."""

    def __init__(self, environment: dict[str, str], log_dir: Path, *, module: tuple[str, ...] = ("channels",)) -> None:
        self._environment = environment
        self._log_dir = log_dir
        self._module = module
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._crashes: dict[str, list[str]] = {}
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.deaths: list[tuple[float, str]] = []
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def start(self, name: str, command: str, crashes: tuple[str, ...] = ()) -> None:
        """Start `python -m channels COMMAND`; each life ends at the next of `crashes`, the last one lives."""
        self._crashes[name] = list(crashes)
        self._launch(name, command)
        if not self._watcher.is_alive():
            self._watcher.start()

    def kill(self, name: str) -> None:
        """kill -9; the watcher starts it again."""
        with self._lock:
            self._running[name].kill()

    @property
    def is_calm(self) -> bool:
        """No crash is still to come."""
        return not any(self._crashes.values())

    def disarm(self) -> None:
        """No further crashes in lives to come."""
        with self._lock:
            for planned in self._crashes.values():
                planned.clear()

    def pids(self) -> dict[str, int]:
        with self._lock:
            return {name: process.pid for name, process in self._running.items()}

    def stop(self) -> None:
        self._stop.set()
        with self._lock:
            for process in self._running.values():
                process.terminate()
            for process in self._running.values():
                try:
                    process.wait(25)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def logs(self) -> str:
        return "".join(path.read_text(errors="replace") for path in self._log_dir.glob("*.log"))

    def _launch(self, name: str, command: str) -> None:
        planned = self._crashes[name]
        environment = os.environ | self._environment | {"KAVAK_WHATSAPP_CRASH_POINT": planned.pop(0) if planned else ""}
        with (self._log_dir / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own
                [sys.executable, "-m", *self._module, command], env=environment, stdout=log, stderr=log
            )
        process.command = command  # type: ignore[attr-defined]
        with self._lock:
            self._running[name] = process

    def _watch(self) -> None:
        while not self._stop.wait(_CHECK_SECONDS):
            with self._lock:
                dead = [(name, process) for name, process in self._running.items() if process.poll() is not None]
            for name, process in dead:
                if not self._stop.is_set():
                    self.deaths.append((time.time(), name))
                    self._launch(name, process.command)  # type: ignore[attr-defined]
