"""Whole programs that put the same 500 cases to the model: ours, and those that are installed beside it."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.experiment_speed import AT_ONCE, CALLS
from benchmarks.experiment_speed.process import Process, run_process

OURS = "ours"
_INSPECT_TASK = f"""
from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.scorer import includes
from inspect_ai.solver import generate

@task
def speed():
    samples = [Sample(input=f'cuéntame un chiste {{n}}', target='greeting') for n in range({CALLS})]
    return Task(dataset=samples, solver=generate(), scorer=includes())
"""


def programs(api_base: str, folder: Path) -> dict[str, Callable[[], Process]]:
    """By name; ours is the first. Its cases are in `folder`/cases."""
    found: dict[str, Callable[[], Process]] = {OURS: lambda: _ours(api_base, folder)}
    if promptfoo := os.environ.get("PROMPTFOO"):
        found["promptfoo"] = lambda: _promptfoo(promptfoo, api_base, folder)
    if inspect := os.environ.get("INSPECT_PYTHON"):
        found["Inspect AI"] = lambda: _inspect(inspect, api_base, folder)
    return found


def _ours(api_base: str, folder: Path) -> Process:
    command = [sys.executable, "-m", "workbench", "run", "--variant", "offline-base", "--split", "golden", "--json"]
    command += ["--model", "openai/fake-model", "--api-base", api_base, "--dataset", str(folder / "cases")]
    command += ["--concurrency", str(AT_ONCE)]
    with tempfile.TemporaryDirectory() as data:
        process, output = run_process(command, {"KAVAK_DATA_DIR": data})
    run = json.loads(output)["progress"]["runs"][0]
    assert run["done"] == CALLS, run
    assert run["errors"] == 0, run
    return process


def _promptfoo(executable: str, api_base: str, folder: Path) -> Process:
    config = {
        "prompts": ["{{message}}"],
        "providers": [
            {"id": "openai:chat:fake-model", "config": {"apiBaseUrl": api_base, "apiKey": "none", "max_tokens": 100}}
        ],
        "tests": [{"vars": {"message": f"cuéntame un chiste {number}"}} for number in range(CALLS)],
    }
    (folder / "promptfoo.json").write_text(json.dumps(config))
    command = [executable, "eval", "-c", str(folder / "promptfoo.json")]
    command += ["--no-cache", "--no-progress-bar", "--no-table", "--no-write"]
    command += ["-j", str(AT_ONCE), "-o", str(folder / "promptfoo-results.json")]
    environment = {
        "PROMPTFOO_DISABLE_TELEMETRY": "1",
        "PROMPTFOO_DISABLE_UPDATE": "1",
        "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
        "PROMPTFOO_CONFIG_DIR": str(folder / "promptfoo"),
    }
    process, _ = run_process(command, environment)
    stats = json.loads((folder / "promptfoo-results.json").read_text())["results"]["stats"]
    assert stats["successes"] == CALLS, stats
    return process


def _inspect(python: str, api_base: str, folder: Path) -> Process:
    (folder / "task.py").write_text(_INSPECT_TASK, encoding="utf-8")
    command = [python, "-m", "inspect_ai", "eval", "task.py", "--model", "openai/fake-model"]
    command += ["--model-base-url", api_base, "--max-connections", str(AT_ONCE), "--max-samples", str(AT_ONCE)]
    command += ["--display", "none", "--log-dir", str(folder / "inspect-logs")]
    process, _ = run_process(command, {"OPENAI_API_KEY": "none"}, folder=folder)
    return process
