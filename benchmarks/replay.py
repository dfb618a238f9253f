"""Replaying recorded conversations through the whole bot: time for 200 × 6 turns, and how loading grows.

    python -m benchmarks.replay                       # 200 conversations of 6 turns, then the shuffled runs
    python -m benchmarks.replay --conversations 50 --shuffles 0

The cassettes are made first, in a temporary folder, from a fake model server that answers at once; that is not timed.
Prints a table; writes nothing else. Exit code 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from bot_core.llm.cassettes import CaseKey, CassettePlayer, CassetteRecorder, ReplayGateway, recording_gateway
from bot_core.llm.cassettes.yaml_file import load
from bot_core.llm.gateway import LLMGateway, ModelSettings
from bot_core.messages import InboundMessage
from bot_core.releases.files import FileReleaseSource, with_model
from bot_core.sessions.state import ConversationState
from bot_core.wiring import BotFactory
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import Answer, RecordedRequest

TURNS = (
    "hola",
    "busco un auto de menos de 300 mil",
    "¿y uno más barato?",
    "automático por favor",
    "¿cuánto pagaría al mes a 48 meses?",
    "gracias",
)
REPLAY_SECONDS, LINEAR = 60.0, 1.5
IN_FLIGHT, SHUFFLED_CASES = 64, 64

Bot = Callable[[int, str], Any]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conversations", type=int, default=200)
    parser.add_argument("--shuffles", type=int, default=100, help="runs of 64 conversations' first turns, in any order")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ModelServer(answer) as server:
        root = Path(folder)
        keys = [CaseKey("bench", "fake", f"case-{number:04}") for number in range(options.conversations)]
        record(root, keys, server.openai_base)
        met = [loading(root, keys), replaying(root, keys, server.openai_base)]
        if options.shuffles:
            met.append(shuffled(root, server.openai_base, options.shuffles))
    return int(not all(met))


def answer(request: RecordedRequest) -> Answer:
    """An intention for the first call of a turn, words for the second."""
    if "intents" in request.schema.get("properties", {}):
        return Answer({"intents": [{"intent": "car_recommendation", "confidence": 0.9}], "language": "es"})
    return Answer({"text": "Con gusto te ayudo a encontrar tu auto. ¿Qué más te gustaría saber?"})


def record(root: Path, keys: list[CaseKey], base: str) -> None:
    asyncio.run(play(keys, base, live(), lambda key: CassetteRecorder(root, key, wire="fake (contract)")))


def live() -> LLMGateway:
    return recording_gateway(offline=BotFactory().baseline)


def loading(root: Path, keys: list[CaseKey]) -> bool:
    """Seconds to read a quarter, half and all of the cassettes; linear when half costs half."""
    times = []
    for count in (len(keys) // 4, len(keys) // 2, len(keys)):
        started = time.perf_counter()
        exchanges = sum(len(load(key.path(root)).interactions) for key in keys[:count])
        times.append(time.perf_counter() - started)
        each = times[-1] / count * 1000
        print(f"load {count:4} cassettes, {exchanges:5} exchanges {times[-1]:8.2f} s, {each:.1f} ms each")
    ratio = times[2] / times[1] / 2
    print(f"loading all / (2 × half)                    {ratio:8.2f}   target < {LINEAR}")
    return ratio < LINEAR


def replaying(root: Path, keys: list[CaseKey], base: str) -> bool:
    """All turns in one process; a second one would only need the other half of the cases."""
    started = time.perf_counter()
    asyncio.run(play(keys, base, replaying_gateway(), lambda key: CassettePlayer(root, key)))
    seconds = time.perf_counter() - started
    print(
        f"replay {len(keys)} × {len(TURNS)} turns, 1 process         {seconds:8.2f} s   target < {REPLAY_SECONDS:.0f} s"
    )
    return seconds < REPLAY_SECONDS


def shuffled(root: Path, base: str, shuffles: int) -> bool:
    """64 cases in flight, in another order each time: the replies' bytes must be the same."""
    keys = [CaseKey("shuffled", "fake", f"case-{number:04}") for number in range(SHUFFLED_CASES)]
    one_turn = TURNS[:1]
    asyncio.run(play(keys, base, live(), lambda key: CassetteRecorder(root, key), one_turn))
    order, seen = list(keys), set[str]()
    started = time.perf_counter()
    for _ in range(shuffles):
        random.shuffle(order)
        replies = asyncio.run(play(order, base, replaying_gateway(), lambda key: CassettePlayer(root, key), one_turn))
        seen.add(hashlib.sha256(repr(sorted(replies)).encode()).hexdigest())
    seconds = time.perf_counter() - started
    print(
        f"{shuffles} shuffled runs of {SHUFFLED_CASES} in flight: {len(seen)} result   {seconds:8.2f} s target 1 result"
    )
    return len(seen) == 1


def replaying_gateway() -> LLMGateway:
    return ReplayGateway(offline=BotFactory().baseline)


async def play(
    keys: Iterable[CaseKey],
    base: str,
    gateway: LLMGateway,
    session: Callable[[CaseKey], AbstractContextManager[Any]],
    turns: tuple[str, ...] = TURNS,
) -> list[tuple[CaseKey, str]]:
    """Every case's conversation, up to 64 at once; the last reply of each. Nothing may be left unplayed."""
    settings = ModelSettings(model="openai/fake", api_base=base, max_concurrency=IN_FLIGHT)
    bot = BotFactory(gateway=gateway).build(with_model(FileReleaseSource().get("local"), settings))
    slots = asyncio.Semaphore(IN_FLIGHT)

    async def one(key: CaseKey) -> tuple[CaseKey, str]:
        async with slots:
            with session(key) as cassette:
                state = ConversationState(conversation_id=key.case)
                for text in turns:
                    result = await bot.handle([InboundMessage(text=f"{text} ({key.case})")], state)
                    state = result.state
            assert not getattr(cassette, "unplayed", ())
            return key, result.reply.text

    return await asyncio.gather(*map(one, keys))


if __name__ == "__main__":
    sys.exit(main())
