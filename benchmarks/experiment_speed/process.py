"""A whole process from its start to its end: time, processor, memory."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.experiment_speed import ROOT


@dataclass(frozen=True, slots=True)
class Process:
    """Seconds from start to end and of the processor, peak resident memory of all its parts in MB."""

    seconds: float
    processor: float
    megabytes: float


def run_process(command: list[str], environment: dict[str, str], *, folder: Path = ROOT) -> tuple[Process, str]:
    """With what it printed. Raises SystemExit with the end of it when the process fails."""
    # Every program keeps its compiled modules, as after anybody's first start.
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": ""} | environment
    started, before = time.perf_counter(), _processor()
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        peak = _Peak(process.pid)
        output, errors = process.communicate()
        seconds = time.perf_counter() - started
    megabytes = peak.stop()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}\n{output[-2000:]}\n{errors[-2000:]}")
    return Process(seconds, _processor() - before, megabytes), output


def _processor() -> float:
    """Seconds that the children which have ended have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Peak(threading.Thread):
    """Samples the resident memory of a process and its descendants, from /proc."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._over = threading.Event()
        self._most = 0
        self.start()

    def run(self) -> None:
        while not self._over.wait(0.05):
            self._most = max(self._most, sum(map(_resident, _family(self._pid))))

    def stop(self) -> float:
        self._over.set()
        self.join()
        return self._most * resource.getpagesize() / 1e6


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _resident(pid: int) -> int:
    """Pages."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
