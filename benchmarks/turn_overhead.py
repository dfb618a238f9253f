"""What the bot adds to the model's own time: ratios measured in one run, so that a slow machine slows both sides.

    python -m benchmarks.turn_overhead            # all parts
    python -m benchmarks.turn_overhead --rounds 5 --only turn

The model answers at once (a fake server in a process of its own). Prints a table; writes nothing. Exit code 1 when a
target is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.model_process import model_process
from benchmarks.rows import Row, show
from bot_core.facts.facts import AgentReply
from bot_core.intents import UserIntentionResponse
from bot_core.llm.gateway import ModelSettings
from bot_core.messages import InboundMessage
from bot_core.orchestrator import OrchestrationService, TurnResult
from bot_core.releases.files import FileReleaseSource, with_model
from bot_core.sessions.state import ConversationState
from tests.fakes.model_wire import Answer, Behaviour, RecordedRequest

MESSAGE = "hola, busco un auto de menos de 300 mil"
CARS = 100
TURN_RATIO, OFFLINE_SECONDS, COLD_SECONDS, HELP_SECONDS = 1.3, 0.015, 1.5, 0.4


def main() -> int:
    options = arguments()
    parts: dict[str, Callable[[int], Iterator[Row]]] = {"turn": turn_rows, "offline": offline_rows, "cold": cold_rows}
    rows = [row for name, part in parts.items() if options.only in (None, name) for row in part(options.rounds)]
    show(rows)
    return int(any(row.met is False for row in rows))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9, help="medians are over this many rounds")
    parser.add_argument("--only", choices=["turn", "offline", "cold"])
    return parser.parse_args()


# a turn with a model at 0 ms


def turn_rows(rounds: int) -> Iterator[Row]:
    with model_process(respond) as api_base:
        bare, turn = asyncio.run(measured_turns(api_base, rounds))
    ratio = statistics.median(t / b for t, b in zip(turn, bare, strict=True))
    yield Row("two bare instructor-over-litellm calls", milliseconds(bare), "–")
    yield Row("a turn of two calls (intention, reply)", milliseconds(turn), "–")
    yield Row("turn / bare calls", f"{ratio:.2f} ×", f"≤ {TURN_RATIO} ×", ratio <= TURN_RATIO)


async def measured_turns(api_base: str, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds for one turn in each round, both ways in turns. The bare calls send the messages that the bot sends."""
    bot = bot_on(ModelSettings(model="openai/fake-model", api_base=api_base))
    first = await one_turn(bot)
    calls = first.trace.calls
    if [call.fallback for call in calls] != [False, False] or first.trace.guardrails[0].action != "accepted":
        raise SystemExit(f"not a clean turn of two calls: {calls} {first.trace.guardrails}")
    ask = bare_asker(api_base)
    kinds = (UserIntentionResponse, AgentReply)

    async def bare() -> None:
        for call, kind in zip(calls, kinds, strict=True):
            await ask(messages=call.messages, response_model=kind)

    async def turn() -> None:
        await one_turn(bot)

    await repeated(bare, 5), await repeated(turn, 5)
    pairs = [(await repeated(bare, 20), await repeated(turn, 20)) for _ in range(rounds)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def bare_asker(api_base: str) -> Callable[..., Awaitable[object]]:
    """instructor over litellm as its documentation shows it, with the same mode and no retries."""
    import instructor
    import litellm

    client = instructor.from_litellm(
        partial(litellm.acompletion, max_retries=0), mode=instructor.Mode.JSON_SCHEMA, async_client=True
    )
    return partial(
        client.chat.completions.create,
        model="openai/fake-model",
        api_base=api_base,
        api_key="no-key-needed",
        temperature=0.0,
        max_tokens=700,
        seed=7,
        timeout=30.0,
        max_retries=1,
    )


def respond(request: RecordedRequest) -> Behaviour:
    if "intents" in request.schema.get("properties", {}):
        return Answer({"intents": [{"intent": "car_recommendation", "price_max": 300000}], "language": "es"})
    # Names a car of its facts, as a reply must: the first hundred cars of the shipped catalogue are always the same.
    return Answer({"text": "¡Claro! Tengo el *Dodge Attitude 1.2 SE MAN 2023* en $191,999. ¿Te doy el detalle?"})


# a turn without a model


def offline_rows(rounds: int) -> Iterator[Row]:
    async def measure() -> list[float]:
        bot = bot_on(None)
        await repeated(partial(one_turn, bot), 5)
        return [await repeated(partial(one_turn, bot), 20) for _ in range(rounds)]

    seconds = asyncio.run(measure())
    met = statistics.median(seconds) < OFFLINE_SECONDS
    yield Row(f"an offline turn, {CARS} cars", milliseconds(seconds), f"< {OFFLINE_SECONDS * 1000:.0f} ms", met)


# from the command line


def cold_rows(rounds: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "KAVAK_DATA_DIR": folder}
        for arguments, limit in (
            (["chat", "--json", "hola"], COLD_SECONDS),
            (["--help"], HELP_SECONDS),
        ):
            seconds = [command_seconds(arguments, environment) for _ in range(min(rounds, 5))]
            met = statistics.median(seconds) < limit
            yield Row(f"python -m bot_core {' '.join(arguments)}", milliseconds(seconds), f"< {limit} s", met)


def command_seconds(arguments: list[str], environment: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "bot_core", *arguments], check=True, stdout=subprocess.DEVNULL, env=environment
    )
    return time.perf_counter() - started


# shared


def bot_on(settings: ModelSettings | None) -> OrchestrationService:
    """The shipped bot on the first hundred cars of the sample; `settings` for every agent, None for offline."""
    from bot_core.catalog.service import CarDataService
    from bot_core.settings import Settings
    from bot_core.wiring import BotFactory, load_catalog

    shipped = Settings()
    catalog = CarDataService(load_catalog(shipped.catalog_path).cars[:CARS])
    data = Path(tempfile.gettempdir()) / "kavak-benchmark"
    release = FileReleaseSource().get("offline-base")
    factory = BotFactory(settings=Settings(data_dir=data), catalog=catalog)
    return factory.build(with_model(release, settings) if settings else release)


async def one_turn(bot: OrchestrationService) -> TurnResult:
    return await bot.handle([InboundMessage(text=MESSAGE)], ConversationState(conversation_id="benchmark"))


async def repeated(call: Callable[[], Awaitable[object]], times: int) -> float:
    """Seconds for one call, the mean of `times`."""
    started = time.perf_counter()
    for _ in range(times):
        await call()
    return (time.perf_counter() - started) / times


def milliseconds(seconds: list[float]) -> str:
    return f"{statistics.median(seconds) * 1000:.1f} ms ({min(seconds) * 1000:.1f}–{max(seconds) * 1000:.1f})"


if __name__ == "__main__":
    sys.exit(main())
