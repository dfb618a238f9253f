"""How many calls and turns are under way at once, at a model over HTTP that thinks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from bot_core.llm.gateway import ModelSettings
from bot_core.settings import Settings
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import Answer, Behaviour, RecordedRequest, greeting_bot
from workbench.evaluation.experiments.running import run_experiment
from workbench.records import JudgeSpec, RunStatus, VariantSpec
from workbench.storage.experiment_files import ExperimentFolder

FINE = {"reason": "bien", "verdict": "bien"}


def everybody(request: RecordedRequest) -> Behaviour:
    if "helpfulness" in request.schema.get("properties", {}):
        return Answer({"helpfulness": FINE, "tone": FINE, "completeness": FINE})
    return greeting_bot(request)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(everybody) as started:
        yield started


def model(server: ModelServer, width: int) -> ModelSettings:
    return ModelSettings(model="openai/gpt-4o-mini", api_base=server.openai_base, max_concurrency=width)


async def peak(server: ModelServer, folder: ExperimentFolder, settings: Settings, *, at_least: int) -> int:
    """Of the calls under way, once `at_least` have arrived of which none is answered before."""
    server.hold()
    running = asyncio.create_task(run_experiment(folder, settings))
    try:
        await asyncio.to_thread(server.wait_for_chats, at_least, within=30)
    finally:
        server.release()
        progress = await running
    assert (progress.status, sum(run.unjudged for run in progress.runs)) == (RunStatus.FINISHED, 0)
    return server.peak_in_flight


async def test_the_judge_of_an_offline_bot_is_asked_about_many_conversations_at_once(created, settings, server):
    folder = created(judge=JudgeSpec(model=model(server, 6)), trials=4, concurrency=16)
    assert await peak(server, folder, settings, at_least=6) == 6


async def test_the_model_customers_of_an_offline_bot_write_at_once(created, settings, server):
    folder = created(customer=model(server, 6), personas=("ana-primer-auto", "norma-se-va"), trials=4, concurrency=16)
    assert await peak(server, folder, settings, at_least=6) == 6


async def test_bot_and_judge_on_one_model_share_its_smaller_width(created, settings, server):
    bots = tuple(
        VariantSpec(name=name, models={"greeting": model(server, width)}) for name, width in (("A", 4), ("B", 2))
    )
    folder = created(variants=bots, judge=JudgeSpec(model=model(server, 8)), trials=3, concurrency=16)
    assert await peak(server, folder, settings, at_least=2) == 2
