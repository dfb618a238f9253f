"""The processes under test: started, killed at named points or at any moment, started again."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from bot_core.settings import PROJECT_ROOT

_STOP_SECONDS = 25.0
_RESTART_SECONDS = 0.3
_BIRTH_SECONDS = 300.0
"""On a machine with thirty others at work the zygote's imports take minutes."""
BY_ITSELF = "by itself"


@dataclass(frozen=True, slots=True)
class Death:
    at: float
    """time.time()"""
    name: str
    point: str
    """The crash point it was on its way to, "any moment" when it was killed from outside, else BY_ITSELF."""


@dataclass(slots=True)
class _Process:
    command: str
    environment: dict[str, str]
    crashes: list[str]
    pid: int = 0
    point: str = ""
    wanted: bool = True
    """False while it is held down on purpose."""
    once: bool = False
    """A command that ends by itself."""
    code: int = 0
    gone: threading.Event = field(default_factory=threading.Event)


class Fleet:
    """Keeps each named process running; every death is noted, and told to `on_death` before the next life begins."""

    def __init__(self, environment: Mapping[str, str], log_dir: Path, *, mutation: str = "") -> None:
        self._environment = dict(environment)
        self._log_dir = log_dir
        self._mutation = mutation
        self._processes: dict[str, _Process] = {}
        self._stopping = False
        self._lock = threading.RLock()
        self._born: queue.Queue[int] = queue.Queue()
        self._dead: queue.Queue[tuple[int, int, float] | None] = queue.Queue()
        self.deaths: list[Death] = []
        self.on_death: Callable[[Death], None] = lambda _death: None
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "channels.scorecard.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(log_dir / "zygote.log").open("ab"),
            cwd=PROJECT_ROOT,
            env=os.environ | self._environment,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=self._revive, daemon=True).start()
        if self._born.get(timeout=_BIRTH_SECONDS) == 0:
            raise AssertionError((log_dir / "zygote.log").read_text(errors="replace")[-2000:])

    def __enter__(self) -> Fleet:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self, name: str, command: str, **environment: str) -> None:
        """Start `python -m channels COMMAND`."""
        with self._lock:
            self._processes[name] = _Process(command, environment, [])
            self._launch(name)

    def run(self, name: str, command: str, *, seconds: float = 90.0) -> str:
        """Run `python -m channels COMMAND` to its end; what it printed. Raises AssertionError when it failed."""
        log = self._log_dir / f"{name}.log"
        before = log.stat().st_size if log.exists() else 0
        with self._lock:
            process = self._processes[name] = _Process(command, {}, [], wanted=False, once=True)
            self._launch(name)
        ended = process.gone.wait(seconds)
        printed = log.read_bytes()[before:].decode(errors="replace")
        if not ended or process.code != 0:
            raise AssertionError(f"{command}: {process.code if ended else 'does not end'}: {printed[-500:]}")
        return printed

    def kill(self, name: str) -> None:
        """kill -9, with all that it has started; its next life begins at once."""
        with self._lock:
            process = self._processes[name]
            process.point = "any moment"
            _kill_group(process.pid)

    def halt(self, name: str) -> None:
        """kill -9, and down until `resume`."""
        with self._lock:
            process = self._processes[name]
            process.wanted = False
            process.point = "any moment"
            _kill_group(process.pid)
        process.gone.wait(10)

    def resume(self, name: str) -> None:
        with self._lock:
            self._processes[name].wanted = True
            self._launch(name)

    def arm(self, crashes: Mapping[str, tuple[str, ...]]) -> None:
        """From the next life on, which begins now: each ends at the next of these crash points."""
        with self._lock:
            for name, points in crashes.items():
                self._processes[name].crashes = list(points)
        for name in crashes:
            self.restart(name)

    def restart(self, name: str) -> None:
        """A death that counts for nothing."""
        self.halt(name)
        self.resume(name)

    def disarm(self) -> None:
        """No further crashes, in lives to come nor in this one."""
        with self._lock:
            for name, process in self._processes.items():
                process.crashes.clear()
                if process.point and process.wanted:
                    # Whoever may still crash begins anew.
                    self.kill(name)

    def names(self, prefix: str = "") -> tuple[str, ...]:
        with self._lock:
            return tuple(name for name in self._processes if name.startswith(prefix))

    def pid(self, name: str) -> int:
        with self._lock:
            return self._processes[name].pid

    def stop(self) -> None:
        with self._lock:
            self._stopping = True
            running = [process for process in self._processes.values() if process.wanted]
            for process in running:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        for process in running:
            process.gone.wait(max(deadline - time.monotonic(), 0.1))
        assert self._zygote.stdin
        self._zygote.stdin.close()
        self._zygote.wait(10)

    def logs(self) -> str:
        return "".join(path.read_text(errors="replace") for path in sorted(self._log_dir.glob("*.log")))

    def _launch(self, name: str) -> None:
        process = self._processes[name]
        process.point = process.crashes.pop(0) if process.crashes else ""
        environment = process.environment | {"KAVAK_WHATSAPP_CRASH_POINT": process.point}
        order = {
            "argv": process.command.split(),
            "env": self._environment | environment,
            "log": str(self._log_dir / f"{name}.log"),
            "mutation": self._mutation,
        }
        assert self._zygote.stdin
        self._zygote.stdin.write((json.dumps(order) + "\n").encode())
        self._zygote.stdin.flush()
        process.gone.clear()
        process.pid = self._born.get(timeout=_BIRTH_SECONDS)
        if process.pid == 0:
            raise AssertionError("the zygote is gone")

    def _listen(self) -> None:
        assert self._zygote.stdout
        for line in self._zygote.stdout:
            word = json.loads(line)
            if "dead" in word:
                self._dead.put((word["dead"], word["code"], word["at"]))
            else:
                self._born.put(word.get("born", 1))
        # The end of the zygote: whoever waits for a birth learns it.
        self._born.put(0)
        self._dead.put(None)

    def _revive(self) -> None:
        while (dead := self._dead.get()) is not None:
            pid, code, at = dead
            with self._lock:
                name = next((name for name, process in self._processes.items() if process.pid == pid), None)
                if name is None:
                    continue
                process = self._processes[name]
                process.code = code
                process.gone.set()
                if process.once:
                    continue
                # Whatever its death left running (gunicorn's children) would still hold the port.
                _kill_group(pid)
                if self._stopping or not process.wanted:
                    continue
                death = Death(at, name, process.point or BY_ITSELF)
                self.deaths.append(death)
                self.on_death(death)
            if death.point == BY_ITSELF:
                # It could not start (its database is away, say): as a supervisor would, not at once.
                time.sleep(_RESTART_SECONDS)
            with self._lock:
                if process.wanted and not self._stopping:
                    self._launch(name)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
