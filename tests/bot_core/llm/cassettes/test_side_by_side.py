"""Any number of cases in one process, in any order, give the same bytes."""

from __future__ import annotations

import asyncio
import random
import threading

from bot_core.llm.cassettes import CaseKey, CassetteGateway, CassettePlayer, CassetteRecorder, ReplayGateway
from bot_core.llm.litellm_gateway import LiteLLMGateway
from bot_core.llm.scripted import ScriptedGateway
from tests.fakes.model_wire import Answer

CASES = 64
FEW = 6
SHUFFLES = 100
"""Of all the cases: benchmarks/replay.py (a minute). Here of a few, and some of all."""


def key_of(number: int) -> CaseKey:
    return CaseKey("golden", "local", f"case-{number:03}")


def echo(request) -> Answer:
    return Answer({"text": f"respuesta a: {request.messages[-1]['content']}"})


async def record_all(root, request_of, model_server) -> None:
    gateway = CassetteGateway(LiteLLMGateway())

    async def one(number):
        with CassetteRecorder(root, key_of(number)):
            await gateway.complete(request_of(number))

    model_server.hold()
    recording = asyncio.gather(*map(one, range(CASES)))
    await asyncio.to_thread(model_server.wait_for_chats, CASES)
    model_server.release()
    await recording


async def replay_in(order, root, request_of) -> bytes:
    gateway = ReplayGateway(offline=ScriptedGateway())

    async def one(number):
        with CassettePlayer(root, key_of(number)) as player:
            response = await gateway.complete(request_of(number))
        assert not player.unplayed
        return number, (response.raw, response.usage.model_dump_json(), response.answer.model_dump_json())

    return repr(sorted(await asyncio.gather(*map(one, order)))).encode()


async def test_64_recordings_in_flight_keep_apart_and_100_shuffled_replays_are_byte_identical(
    tmp_path, ask, model_server, offline_world
):
    def request_of(number):
        text = f"pregunta {number}"
        return ask(model="openai/fake-model", api_base=model_server.openai_base, text=text, max_concurrency=CASES)

    model_server.default = echo
    await record_all(tmp_path, request_of, model_server)
    assert model_server.peak_in_flight == CASES
    shuffler = random.Random(7)
    with offline_world():
        for cases, shuffles in ((CASES, 3), (FEW, SHUFFLES)):
            order = list(range(cases))
            expected = await replay_in(order, tmp_path, request_of)
            assert f"respuesta a: pregunta {cases - 1}".encode() in expected
            for _ in range(shuffles):
                shuffler.shuffle(order)
                assert await replay_in(order, tmp_path, request_of) == expected
    assert len(model_server.chats) == CASES


async def test_calls_of_one_case_side_by_side_are_recorded_in_the_order_of_their_starts(
    tmp_path, key, ask_server, model_server, in_turn
):
    model_server.default = lambda request: Answer(
        {"text": request.messages[-1]["content"]}, delay=0.05 if "primera" in request.text else 0.0
    )
    gateway = CassetteGateway(LiteLLMGateway())
    with CassetteRecorder(tmp_path, key):
        await asyncio.gather(*(gateway.complete(ask_server(text=text)) for text in ("primera", "segunda")))
        await gateway.complete(in_turn(ask_server(text="después"), 2))
    with CassettePlayer(tmp_path, key) as player:
        recorded = [(each.turn, each.request.body["messages"][-1]["content"]) for each in player.cassette.interactions]
    assert recorded == [(1, "primera"), (1, "segunda"), (2, "después")]


async def test_two_threads_replay_different_cases_at_the_same_time(tmp_path, record, ask_server, model_server):
    model_server.default = echo
    requests = {f"case-{name}": ask_server(text=name) for name in ("a", "b")}
    for case, request in requests.items():
        await record(request, key=CaseKey("golden", "local", case))
    answers: dict[str, str] = {}

    async def one(case: str) -> None:
        with CassettePlayer(tmp_path, CaseKey("golden", "local", case)):
            answers[case] = (await ReplayGateway(offline=ScriptedGateway()).complete(requests[case])).answer.text

    threads = [threading.Thread(target=lambda case=case: asyncio.run(one(case))) for case in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)
    assert answers == {"case-a": "respuesta a: a", "case-b": "respuesta a: b"}
