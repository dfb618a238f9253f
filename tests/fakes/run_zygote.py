"""Experiments in real processes that start at once: one process imports everything, then forks for each run.

zygote = Zygote(log)
process = zygote.run(data_dir, "e1")     # what `python -m workbench resume e1` does
process.kill()                           # SIGKILL
zygote.close()
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from bot_core.llm.call_process.process import CallProcess

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class RunningExperiment:
    pid: int
    _zygote: Zygote

    def kill(self) -> bool:
        """SIGKILL; False when it had ended by itself."""
        return self._zygote.end(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Exit code."""
        return self._zygote.wait(self.pid)


class Zygote:
    def __init__(self, log: Path) -> None:
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fakes.run_zygote"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self._answer() == "ready"

    def run(self, data_dir: Path, experiment_id: str) -> RunningExperiment:
        return RunningExperiment(int(self._ask(f"run {experiment_id} {data_dir}")), self)

    def end(self, pid: int, signal_number: int) -> bool:
        return self._ask(f"end {pid} {signal_number}") == str(-signal_number)

    def wait(self, pid: int) -> int:
        return int(self._ask(f"end {pid} 0"))

    def close(self) -> None:
        self._process.communicate()
        self._log.close()

    def _ask(self, line: str) -> str:
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline().strip()
        assert line, f"the zygote ended; see {self._log.name}"
        return line


def main() -> None:
    _warm_up()
    _say("ready")
    for line in sys.stdin:
        command, *words = line.strip().split(maxsplit=2)
        if command == "run":
            pid = os.fork()
            if pid == 0:
                _child(*words)
            _say(str(pid))
        else:
            pid, signal_number = map(int, words)
            if signal_number:
                os.kill(pid, signal_number)
            _, status = os.waitpid(pid, 0)
            _say(str(os.waitstatus_to_exitcode(status)))


def _warm_up() -> None:
    """What a run imports and reads, without starting any thread or loop."""
    import tempfile

    import pyarrow.json
    import pyarrow.parquet

    from bot_core.llm.litellm_client import load_litellm
    from bot_core.settings import Settings
    from bot_core.store.store import open_store
    from workbench.evaluation.build import build_subject
    from workbench.evaluation.experiments import running
    from workbench.records import VariantSpec

    load_litellm()
    with tempfile.TemporaryDirectory() as folder:
        open_store(f"sqlite:///{folder}/warm.db").close()
    build_subject(VariantSpec(name="warm"), Settings(_env_file=None))
    assert running and pyarrow.json and pyarrow.parquet


def _child(experiment_id: str, data_dir: str) -> None:
    from bot_core.llm.call_process.gateway import ProcessGateway
    from bot_core.settings import Settings
    from workbench.evaluation.experiments.preparing import Wiring
    from workbench.evaluation.experiments.running import run_experiment
    from workbench.storage.experiment_files import ExperimentFiles, experiments_folder

    async def run() -> None:
        models = ProcessGateway(_ForkedCalls())
        try:
            await run_experiment(folder, settings, wiring=Wiring(remote=models))
        finally:
            await models.close()

    code = 1
    try:
        settings = Settings(data_dir=Path(data_dir), _env_file=None)
        folder = ExperimentFiles(experiments_folder(settings)).open(experiment_id)
        asyncio.run(run())
        code = 0
    finally:
        if code:
            import traceback

            traceback.print_exc()
            sys.stderr.flush()
        os._exit(code)


class _ForkedCalls(CallProcess):
    """The process for model calls, forked as well: litellm is there at once. It ends when its run is killed."""

    def connection(self) -> socket.socket:
        from bot_core.llm.call_process.__main__ import serve

        ours, theirs = socket.socketpair()
        if os.fork() == 0:
            # As a started program has them: the run's lock above all must end with the run.
            os.closerange(3, theirs.fileno())
            os.closerange(theirs.fileno() + 1, os.sysconf("SC_OPEN_MAX"))
            # In a thread: the run's event loop, of which this one is a copy, is still entered in this one.
            serving = threading.Thread(target=lambda: asyncio.run(serve(theirs)))
            serving.start()
            serving.join()
            os._exit(0)
        theirs.close()
        return ours


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
