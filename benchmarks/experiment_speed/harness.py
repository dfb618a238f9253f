"""What is measured inside of a process: the harness around single calls, and a whole experiment of bots.

python -m benchmarks.experiment_speed.harness bare|turns API_BASE
"""

from __future__ import annotations

import asyncio
import gc
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.experiment_speed import AT_ONCE, CALLS, ROOT, write_cases
from workbench.records import ExperimentSpec, VariantSpec

if TYPE_CHECKING:
    from bot_core.intents import UserIntentionResponse
    from bot_core.llm.gateway import LLMRequest
    from workbench.storage.journal import Journal


def in_fresh_process(part: str, api_base: str) -> tuple[float, float]:
    """Seconds by the clock and of the processor; on a busy machine only the latter tells anything."""
    command = [sys.executable, "-m", "benchmarks.experiment_speed.harness", part, api_base]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    seconds, processor = map(float, output.split()[-2:])
    return seconds, processor


def measured(part: str, api_base: str) -> tuple[float, float]:
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
    """A whole experiment: bots, scorers, files. Seconds."""
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
    """The harness around single calls: concurrency, limits, budget, call book, journal, the run's file; no bot.
    Seconds."""
    from tests.fakes.results import run as run_record
    from workbench.evaluation.batch import play_all
    from workbench.storage.journal import Journal
    from workbench.storage.run_files import write_run

    async def played() -> float:
        started = time.perf_counter()
        journal = Journal(folder / "e1-1.jsonl")
        play = _single_call(folder, journal, api_base)
        await play_all(range(count), play, concurrency=AT_ONCE)
        write_run(folder / "e1-1.parquet", run_record(), journal.results())
        return time.perf_counter() - started

    return asyncio.run(played())


def _single_call(folder: Path, journal: Journal, api_base: str) -> Callable[[int], Awaitable[None]]:
    """What an experiment does with one case, around a bare call instead of a bot."""
    from bot_core.llm.calls import recorded_call
    from bot_core.llm.limits import ModelGates
    from bot_core.llm.litellm_gateway import LiteLLMGateway
    from bot_core.llm.price_list import price_of
    from workbench.evaluation.experiments.budget import Budget
    from workbench.evaluation.experiments.calls import CallBook
    from workbench.evaluation.experiments.gateways import Meter, MeteredGateway, ModelOnly, PatientGateway
    from workbench.records import CaseResult, Verdict
    from workbench.storage.call_journal import CallJournal

    book = CallBook(CallJournal(folder / "e1-1.calls.jsonl"), journal)
    meter = Meter(Budget(None), price_of, ModelGates(max_waiting=CALLS))
    metered = MeteredGateway(LiteLLMGateway(), meter)
    gateway = PatientGateway(offline=ModelOnly(), remote=metered, gates=meter.gates)

    async def play(number: int) -> None:
        case_id = f"speed-{number}"
        request = _request(number, case_id, api_base)
        with book.case((case_id, 1)):
            response = await gateway.complete(request)
        calls = (recorded_call(request, response),)
        journal.append(CaseResult(case_id=case_id, why="fast", verdict=Verdict.PASS, evaluation_calls=calls))

    return play


def _request(number: int, tracking_id: str, api_base: str) -> LLMRequest[UserIntentionResponse]:
    from bot_core.intents import UserIntentionResponse
    from bot_core.llm.gateway import ChatMessage, LLMRequest, ModelSettings

    return LLMRequest(
        agent="bare",
        purpose="reply",
        messages=(ChatMessage("user", f"cuéntame un chiste {number}"),),
        response_model=UserIntentionResponse,
        facts=None,
        settings=ModelSettings(model="openai/fake-model", api_base=api_base, max_concurrency=AT_ONCE),
        prompt_id="bare/v001",
        prompt_hash="0",
        tracking_id=tracking_id,
    )


def _spec(dataset: Path, api_base: str) -> ExperimentSpec:
    from bot_core.llm.gateway import ModelSettings

    model = ModelSettings(model="openai/fake-model", api_base=api_base, max_concurrency=AT_ONCE)
    variant = VariantSpec(name="A", model=model)
    return ExperimentSpec(
        name="speed", variants=(variant,), split="golden", dataset_path=str(dataset), concurrency=AT_ONCE
    )


if __name__ == "__main__":
    print(*measured(sys.argv[1], sys.argv[2]))
