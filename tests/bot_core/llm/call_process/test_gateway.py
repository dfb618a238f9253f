"""Through a real process, and the real litellm in it. One process serves all tests but for those that end it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
import pytest_asyncio

from bot_core.errors import (
    KavakBotError,
    ModelError,
    ModelInvalidAnswer,
    ModelNotConfigured,
    ModelRateLimited,
    ModelUnavailable,
)
from bot_core.facts.facts import AgentReply
from bot_core.llm.call_process.gateway import ProcessGateway
from bot_core.llm.call_process.process import CallProcess
from bot_core.trace import Usage
from tests.bot_core.llm.conftest import AskAbout
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import Answer, Behaviour, Hang, rate_limited

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def gateway() -> AsyncIterator[ProcessGateway]:
    with CallProcess() as process:
        gateway = ProcessGateway(process)
        yield gateway
        await gateway.close()


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def gone(pid: int) -> None:
    while Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]:
        await asyncio.sleep(0.01)


async def test_an_answer_with_its_text_tokens_and_time(
    gateway: ProcessGateway, ask: AskAbout, model_server: ModelServer
):
    model_server.script(Answer({"text": "¡Hola! 🚗"}, input_tokens=40, output_tokens=7))
    response = await gateway.complete(ask(model="openai/fake-model", api_base=model_server.openai_base))
    assert response.answer == AgentReply(text="¡Hola! 🚗")
    assert response.usage == Usage(input_tokens=40, output_tokens=7)
    assert response.seconds > 0
    assert [one.model for one in response.attempts] == ["openai/fake-model"]


async def test_what_only_the_baseline_reads_stays_here(
    gateway: ProcessGateway, ask: AskAbout, model_server: ModelServer
):
    request = ask(model="openai/fake-model", api_base=model_server.openai_base)
    # A local function cannot be pickled: the call would fail if it went along.
    response = await gateway.complete(replace(request, facts=lambda: None, deadline=1e9))
    assert response.answer.text


async def test_an_error_carries_what_it_says_and_has_used(
    gateway: ProcessGateway, ask: AskAbout, model_server: ModelServer
):
    async def failure(*behaviours: Behaviour) -> ModelError:
        model_server.script(*behaviours)
        with pytest.raises(ModelError) as caught:
            await gateway.complete(ask(model="openai/fake-model", api_base=model_server.openai_base, reasks=0))
        return caught.value

    limited = await failure(rate_limited(retry_after=3))
    assert isinstance(limited, ModelRateLimited)
    assert limited.retry_after == 3
    assert limited.model == "openai/fake-model"

    invalid = await failure(Answer({"wrong": 1}, input_tokens=40, output_tokens=7), Answer({"wrong": 1}))
    assert isinstance(invalid, ModelInvalidAnswer)
    assert invalid.input_tokens >= 40
    assert invalid.cost_usd == Decimal(0)
    model_server.reset()


async def test_a_model_that_could_not_be_called_is_told_of_without_a_call(
    gateway: ProcessGateway, ask: AskAbout, model_server: ModelServer
):
    await gateway.check(ask(model="openai/fake-model", api_base=model_server.openai_base).settings)
    with pytest.raises(ModelNotConfigured, match="OPENAI_API_KEY"):
        await gateway.check(ask(model="openai/gpt-4o-mini").settings)
    with pytest.raises(ModelNotConfigured, match="no provider has a model 'nobody-has-this'"):
        await gateway.check(ask(model="nobody-has-this").settings)
    assert model_server.requests == []


async def test_calls_are_under_way_side_by_side(gateway: ProcessGateway, ask: AskAbout, model_server: ModelServer):
    model_server.hold()
    calls = [
        asyncio.create_task(gateway.complete(ask(model="openai/fake-model", api_base=model_server.openai_base)))
        for _ in range(20)
    ]
    await asyncio.to_thread(model_server.wait_for_chats, 20)
    model_server.release()
    assert all([(await call).answer.text for call in calls])
    assert model_server.peak_in_flight == 20


async def test_a_call_that_nobody_waits_for_is_given_up(
    gateway: ProcessGateway, ask: AskAbout, model_server: ModelServer
):
    model_server.script(Hang())
    call = asyncio.create_task(
        gateway.complete(ask(model="openai/fake-model", api_base=model_server.openai_base, timeout_seconds=600))
    )
    await asyncio.to_thread(model_server.wait_for_chats, 1)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    while model_server.in_flight:
        await asyncio.sleep(0.01)
    assert (await gateway.complete(ask(model="openai/fake-model", api_base=model_server.openai_base))).answer.text


async def test_a_fault_of_ours_is_told_and_the_others_go_on(
    gateway: ProcessGateway, ask: AskAbout, model_server: ModelServer
):
    request = ask(model="openai/fake-model", api_base=model_server.openai_base)
    with pytest.raises(KavakBotError, match="AttributeError"):
        await gateway.complete(replace(request, settings=SimpleNamespace(model="openai/fake-model")))  # type: ignore[arg-type]
    assert (await gateway.complete(request)).answer.text


async def test_a_process_that_dies_while_it_gets_ready_is_started_once_more(ask: AskAbout, model_server: ModelServer):
    request = ask(model="openai/fake-model", api_base=model_server.openai_base)
    before = set(children_of(os.getpid()))
    with CallProcess() as process:
        process.start()
        (pid,) = set(children_of(os.getpid())) - before
        os.kill(pid, signal.SIGKILL)
        gateway = ProcessGateway(process)
        await gateway.check(request.settings)
        assert (await gateway.complete(request)).answer.text
        await gateway.close()


async def test_a_killed_process_fails_its_calls_and_the_next_one_starts_it_again(
    ask: AskAbout, model_server: ModelServer
):
    before = set(children_of(os.getpid()))
    with CallProcess() as process:
        gateway = ProcessGateway(process)
        request = ask(model="openai/fake-model", api_base=model_server.openai_base)
        await gateway.check(request.settings)
        (pid,) = set(children_of(os.getpid())) - before
        model_server.script(Hang())
        call = asyncio.create_task(gateway.complete(request))
        await asyncio.to_thread(model_server.wait_for_chats, 1)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(ModelUnavailable, match="has ended") as caught:
            await call
        # The request had gone out: it may have to be paid for.
        assert caught.value.unseen
        assert (await gateway.complete(request)).answer.text
        await gateway.close()
    assert set(children_of(os.getpid())) == before


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
async def test_it_ends_with_the_run_however_that_ends(ending: signal.Signals):
    code = (
        "import sys, time; from bot_core.llm.call_process.process import CallProcess; "
        "CallProcess().start(); print('started', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "started\n"
        (pid,) = children_of(run.pid)
        run.send_signal(ending)
        await asyncio.wait_for(gone(pid), 60)
