"""How fast an experiment is beside its model: ours, promptfoo and Inspect AI against the same fake, in one run.

    python -m benchmarks.experiment_speed                 # a minute; exit code 1 when a target is missed
    python -m benchmarks.experiment_speed --rounds 1 --only bare

500 calls to a model that answers after 200 ms, 50 at once: nobody can be faster than 2.0 s. promptfoo is found by
PROMPTFOO (path of its executable), Inspect AI by INSPECT_PYTHON (a Python that has it); without them those rows are
left out. Wall time and peak memory are those of whole processes, children included.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import multiprocessing
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.rows import Row, show
from tests.fakes.model_wire import Answer, Behaviour, RecordedRequest
from workbench.records import ExperimentSpec, VariantSpec

CALLS, AT_ONCE, MODEL_SECONDS = 500, 50, 0.2
IDEAL = CALLS * MODEL_SECONDS / AT_ONCE
BARE_RATIO, TURN_RATIO = 1.5, 2.2
PROMPTFOO_SECONDS, INSPECT_SECONDS = 5.9, 9.3
"""Of a quiet machine, for when they are not installed."""
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Process:
    """A whole process: seconds from start to end and of the processor, peak resident memory of all its parts in MB."""

    seconds: float
    processor: float
    megabytes: float


def main() -> int:
    options = _arguments()
    with fake_model() as api_base, tempfile.TemporaryDirectory() as folder:
        rows = [*_rows(options, api_base, Path(folder))]
    show(rows)
    return int(any(row.met is False for row in rows))


def _rows(options: argparse.Namespace, api_base: str, folder: Path) -> Iterator[Row]:
    wanted = options.only or ("bare", "turns", "process")
    if "bare" in wanted:
        yield _timed("500 one-call jobs in the harness", "bare", options.rounds, api_base, BARE_RATIO)
    if "turns" in wanted:
        yield _timed("250 bot turns of two calls in the harness", "turns", options.rounds, api_base, TURN_RATIO)
    if "process" in wanted:
        yield from _processes(options.rounds, api_base, folder)


def _timed(what: str, part: str, rounds: int, api_base: str, most: float) -> Row:
    """In a fresh process each time, imports and first connections left out of the clock."""
    seconds, processor = zip(*(_inside(part, api_base) for _ in range(rounds)), strict=True)
    ratio = statistics.median(seconds) / IDEAL
    spread = f"{min(seconds):.2f}–{max(seconds):.2f}, processor {statistics.median(processor):.2f}"
    shown = f"{statistics.median(seconds):.2f} s ({spread}) = {ratio:.2f} × ideal"
    return Row(what, shown, f"≤ {most} ×", ratio <= most)


def _inside(part: str, api_base: str) -> tuple[float, float]:
    """Seconds by the clock and of the processor; on a busy machine only the latter tells anything."""
    command = [sys.executable, "-m", "benchmarks.experiment_speed", "--inside", part, "--api-base", api_base]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    seconds, processor = map(float, output.split()[-2:])
    return seconds, processor


# inside: what the clock stands around


def inside(part: str, api_base: str) -> tuple[float, float]:
    """Seconds by the clock and of the processor, of the second run: what a process loads once is in the first."""
    folder = Path(tempfile.mkdtemp(prefix="experiment-speed-"))
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    run = bare if part == "bare" else turns
    try:
        run(folder / "warm-up", 5, api_base)
        processor = time.process_time()
        seconds = run(folder / "measured", CALLS if part == "bare" else CALLS // 2, api_base)
        return seconds, time.process_time() - processor
    finally:
        shutil.rmtree(folder)


def turns(folder: Path, count: int, api_base: str) -> float:
    """A whole experiment: bots, scorers, files."""
    from bot_core.settings import Settings
    from workbench.evaluation.experiments.running import run_experiment
    from workbench.storage.experiment_files import ExperimentFiles

    write_cases(folder / "golden", count, "hola")
    experiment = ExperimentFiles(folder / "experiments").create(_spec(folder / "golden", api_base), "e1")
    settings = Settings(data_dir=folder, _env_file=None)
    started = time.perf_counter()
    progress = asyncio.run(run_experiment(experiment, settings))
    seconds = time.perf_counter() - started
    assert progress.done == count == progress.runs[0].passed + progress.runs[0].failed, progress
    return seconds


def bare(folder: Path, count: int, api_base: str) -> float:
    """The harness around single calls: concurrency, limits, budget, call book, journal, the run's file; no bot."""
    from bot_core.intents import UserIntentionResponse
    from bot_core.llm.calls import recorded_call
    from bot_core.llm.gateway import ChatMessage, LLMRequest, ModelSettings
    from bot_core.llm.limits import ModelGates
    from bot_core.llm.litellm_gateway import LiteLLMGateway
    from bot_core.llm.price_list import price_of
    from tests.fakes.results import run as run_record
    from workbench.evaluation.batch import play_all
    from workbench.evaluation.experiments.budget import Budget
    from workbench.evaluation.experiments.calls import CallBook
    from workbench.evaluation.experiments.gateways import Meter, MeteredGateway, ModelOnly, PatientGateway
    from workbench.records import CaseResult, Verdict
    from workbench.storage.call_journal import CallJournal
    from workbench.storage.journal import Journal
    from workbench.storage.run_files import write_run

    model = ModelSettings(model="openai/fake-model", api_base=api_base, max_concurrency=AT_ONCE)

    async def measured() -> float:
        started = time.perf_counter()
        journal = Journal(folder / "e1-1.jsonl")
        book = CallBook(CallJournal(folder / "e1-1.calls.jsonl"), journal)
        meter = Meter(Budget(None), price_of, ModelGates(max_waiting=CALLS))
        metered = MeteredGateway(LiteLLMGateway(), meter)
        gateway = PatientGateway(offline=ModelOnly(), remote=metered, gates=meter.gates)

        async def play(number: int) -> None:
            request = LLMRequest(
                agent="bare",
                purpose="reply",
                messages=(ChatMessage("user", f"cuéntame un chiste {number}"),),
                response_model=UserIntentionResponse,
                facts=None,
                settings=model,
                prompt_id="bare/v001",
                prompt_hash="0",
                tracking_id=f"speed-{number}",
            )
            with book.case((f"speed-{number}", 1)):
                response = await gateway.complete(request)
            calls = (recorded_call(request, response),)
            journal.append(
                CaseResult(case_id=f"speed-{number}", why="fast", verdict=Verdict.PASS, evaluation_calls=calls)
            )

        await play_all(range(count), play, concurrency=AT_ONCE)
        write_run(folder / "e1-1.parquet", run_record(), journal.results())
        return time.perf_counter() - started

    return asyncio.run(measured())


def _spec(dataset: Path, api_base: str) -> ExperimentSpec:
    from bot_core.llm.gateway import ModelSettings

    model = ModelSettings(model="openai/fake-model", api_base=api_base, max_concurrency=AT_ONCE)
    variant = VariantSpec(name="A", model=model)
    return ExperimentSpec(
        name="speed", variants=(variant,), split="golden", dataset_path=str(dataset), concurrency=AT_ONCE
    )


def write_cases(folder: Path, count: int, message: str) -> None:
    """Cases of one turn; the model takes each for off-topic (one call) or for a greeting (two)."""
    folder.mkdir(parents=True)
    cases = [{"id": f"speed-{number}", "why": "To be fast.", "say": f"{message} {number}"} for number in range(count)]
    (folder / "speed.yaml").write_text(json.dumps(cases, ensure_ascii=False), encoding="utf-8")


# whole processes


def _processes(rounds: int, api_base: str, folder: Path) -> Iterator[Row]:
    write_cases(folder / "cases", CALLS, "cuéntame un chiste")
    sides: dict[str, Callable[[], Process]] = {"ours": lambda: _ours(api_base, folder)}
    if promptfoo := os.environ.get("PROMPTFOO"):
        sides["promptfoo"] = lambda: _promptfoo(promptfoo, api_base, folder)
    if inspect := os.environ.get("INSPECT_PYTHON"):
        sides["Inspect AI"] = lambda: _inspect(inspect, api_base, folder)
    # In turns, so that a busy moment meets all of them.
    measured: dict[str, list[Process]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            measured[name].append(side())
    ours = statistics.median(one.seconds for one in measured["ours"])
    for name, processes in measured.items():
        seconds = statistics.median(one.seconds for one in processes)
        memory = max(one.megabytes for one in processes)
        processor = statistics.median(one.processor for one in processes)
        shown = f"{seconds:.2f} s (processor {processor:.2f}), {memory:.0f} MB at most"
        if name == "ours":
            alone = len(sides) == 1
            target = f"< {PROMPTFOO_SECONDS} s" if alone else "–"
            yield Row(
                "whole process, 500 one-call cases: python -m workbench run",
                shown,
                target,
                ours < PROMPTFOO_SECONDS if alone else None,
            )
        else:
            yield Row(f"the same with {name}", f"{shown} = {seconds / ours:.2f} × ours", "> 1 ×", seconds > ours)


def _ours(api_base: str, folder: Path) -> Process:
    command = [sys.executable, "-m", "workbench", "run", "--variant", "offline-base", "--split", "golden", "--json"]
    command += ["--model", "openai/fake-model", "--api-base", api_base, "--dataset", str(folder / "cases")]
    command += ["--concurrency", str(AT_ONCE)]
    with tempfile.TemporaryDirectory() as data:
        process, output = _process(command, {"KAVAK_DATA_DIR": data})
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
    command = [
        executable,
        "eval",
        "-c",
        str(folder / "promptfoo.json"),
        "--no-cache",
        "--no-progress-bar",
        "--no-table",
    ]
    command += ["--no-write", "-j", str(AT_ONCE), "-o", str(folder / "promptfoo-results.json")]
    environment = {
        "PROMPTFOO_DISABLE_TELEMETRY": "1",
        "PROMPTFOO_DISABLE_UPDATE": "1",
        "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
        "PROMPTFOO_CONFIG_DIR": str(folder / "promptfoo"),
    }
    process, _ = _process(command, environment)
    stats = json.loads((folder / "promptfoo-results.json").read_text())["results"]["stats"]
    assert stats["successes"] == CALLS, stats
    return process


def _inspect(python: str, api_base: str, folder: Path) -> Process:
    (folder / "task.py").write_text(
        "from inspect_ai import Task, task\n"
        "from inspect_ai.dataset import Sample\n"
        "from inspect_ai.scorer import includes\n"
        "from inspect_ai.solver import generate\n\n"
        "@task\ndef speed():\n"
        f"    samples = [Sample(input=f'cuéntame un chiste {{n}}', target='greeting') for n in range({CALLS})]\n"
        "    return Task(dataset=samples, solver=generate(), scorer=includes())\n"
    )
    command = [python, "-m", "inspect_ai", "eval", "task.py", "--model", "openai/fake-model"]
    command += ["--model-base-url", api_base, "--max-connections", str(AT_ONCE), "--max-samples", str(AT_ONCE)]
    command += ["--display", "none", "--log-dir", str(folder / "inspect-logs")]
    process, _ = _process(command, {"OPENAI_API_KEY": "none"}, folder=folder)
    return process


def _process(command: list[str], environment: dict[str, str], *, folder: Path = ROOT) -> tuple[Process, str]:
    started, before = time.perf_counter(), _processor()
    with subprocess.Popen(
        command, cwd=folder, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
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


# the model


def respond(request: RecordedRequest) -> Behaviour:
    """Off-topic needs no second call; a greeting does."""
    if "intents" in request.schema.get("properties", {}):
        off_topic = "chiste" in request.messages[-1]["content"]
        intent = "out_of_scope" if off_topic else "greeting"
        return Answer({"intents": [{"intent": intent, "confidence": 0.9}], "language": "es"})
    return Answer({"text": "¡Hola! Soy el asistente de Kavak. ¿Qué auto buscas?"})


@contextmanager
def fake_model(seconds: float = MODEL_SECONDS) -> Iterator[str]:
    """Its OpenAI address. A process of its own: in ours it would share the interpreter lock with what is measured."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs, seconds))
    process.start()
    try:
        yield str(ours.recv())
    finally:
        ours.send("stop")
        process.join()


def _serve(pipe: Connection, seconds: float) -> None:
    from tests.fakes.model_server import ModelServer

    gc.disable()
    with ModelServer(respond, delay=seconds) as server:
        pipe.send(server.openai_base)
        pipe.recv()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="medians are over this many rounds")
    parser.add_argument("--only", nargs="*", choices=["bare", "turns", "process"])
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("--api-base", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    chosen = _arguments()
    if chosen.inside:
        print(*inside(chosen.inside, chosen.api_base))
        sys.exit(0)
    sys.exit(main())
