"""A run from the command line, a workbench and a channel at the same time, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bot_core.settings import PROJECT_ROOT
from tests.fakes.few_cases import few_cases
from workbench.records import RunStatus
from workbench.storage.experiment_files import ExperimentFiles

WORKBENCH = """
import select, sys
from bot_core.settings import load_settings
from tests.fakes.found import none_left_out
from workbench.runner.experiments import ExperimentDesk
from workbench.storage.database import database_path, open_database
from workbench.storage.rebuild import rebuild
desk = ExperimentDesk(load_settings())
database = open_database(database_path(load_settings()))
assert database.experiments() == []
print("ready", flush=True)
rounds = 0
while not select.select([sys.stdin], [], [], 0.3)[0]:
    rebuild(database, desk.files, left_out=none_left_out)
    assert all(progress.problem is None for progress in desk.list())
    rounds += 1
print(rounds, flush=True)
"""

CHANNEL = """
import select, sys
from bot_core.messages import BotReply, InboundMessage
from bot_core.orchestrator import TurnResult
from bot_core.settings import load_settings
from bot_core.store.store import open_store
from bot_core.trace import TurnTrace
store = open_store(load_settings().store_url)
print("ready", flush=True)
rounds = 0
while not select.select([sys.stdin], [], [], 0.1)[0]:
    opened = store.conversations.create(channel="test", customer_key=f"c{rounds}", release_id="offline-base")
    trace = TurnTrace(tracking_id=f"t{rounds}", release_id="offline-base")
    result = TurnResult(BotReply(text="hola"), opened.state, trace)
    messages = [InboundMessage(text="hola")]
    store.conversations.append_turn(opened.conversation_id, messages, result, expected_version=opened.version)
    assert len(store.conversations.turns(opened.conversation_id)) == 1
    rounds += 1
print(rounds, flush=True)
"""


@dataclass(frozen=True)
class Rounds:
    """How often each did its work while the others did theirs."""

    played: int
    """Conversations of the experiment."""
    rebuilds: int
    """Times that the workbench made its database again from the files of the experiment under way."""
    turns: int
    """That the channel stored and read again."""
    problems: tuple[str, ...]
    """What any of them printed when it failed: a lock error, for instance."""


def three_processes(folder: Path, *, trials: int = 3) -> Rounds:
    few_cases(folder / "golden")
    environment = os.environ | {"KAVAK_DATA_DIR": str(folder / "var")}

    def started(*command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=PROJECT_ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    rounds, problems = [], []
    others = [started("-c", WORKBENCH), started("-c", CHANNEL)]
    try:
        for other in others:
            assert other.stdout
            assert other.stdout.readline() == "ready\n", other.communicate()
        run = started("-m", "workbench", "run", "--variant", "A=offline-base", "--variant", "B=offline-exacto",
                      "--dataset", str(folder / "golden"), "--trials", str(trials), "--json")  # fmt: skip
        _, said = run.communicate()
        problems += [said] if run.returncode else []
        for other in others:
            output, said = other.communicate("stop\n")
            problems += [said] if other.returncode else []
            rounds.append(0 if other.returncode else int(output))
    finally:
        for other in others:
            other.kill()
            other.wait()
    [experiment] = ExperimentFiles(folder / "var" / "experiments").list()
    progress = experiment.progress()
    if progress.status is not RunStatus.FINISHED:
        problems.append(f"the experiment is {progress.status.value}")
    return Rounds(progress.done, rounds[0], rounds[1], tuple(problems))
