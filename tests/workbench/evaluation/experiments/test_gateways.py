"""The metered gateway: what it asks, what it remembers, and when it stops."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot_core.errors import KavakBotError, ModelError, ModelInvalidAnswer, ModelTimeout, ModelUnavailable, NotMeasured
from bot_core.facts.facts import AgentReply
from bot_core.llm.bounds import most_usd
from bot_core.llm.gateway import ChatMessage, LLMRequest, ModelSettings
from bot_core.llm.limits import ModelGates
from bot_core.llm.price_list import Price, with_own_price
from bot_core.llm.scripted import Line, ScriptedGateway
from workbench.evaluation.experiments.budget import Budget
from workbench.evaluation.experiments.calls import CallBook, request_digest
from workbench.evaluation.experiments.gateways import Meter, MeteredGateway, ModelOnly, PatientGateway, Stopped
from workbench.storage.call_journal import CallJournal

KEY = ("a-case", 1)
PRICE = Price(Decimal(1), Decimal(4))
CENT = Decimal("0.01")


def request(text: str = "hola", **settings: object) -> LLMRequest[AgentReply]:
    return LLMRequest(
        agent="greeting",
        purpose="reply",
        messages=(ChatMessage("user", text),),
        response_model=AgentReply,
        facts=None,
        settings=ModelSettings.model_validate({"model": "openai/m"} | settings),
        prompt_id="greeting/v001",
        prompt_hash="0",
        tracking_id="t",
    )


def reply(text: str) -> Line:
    return Line(AgentReply(text=text), cost_usd=CENT)


class Bench:
    """A gateway with its call book, as one process has it."""

    def __init__(self, path: Path, *script: Line, cap: Decimal | None = None) -> None:
        self.model = ScriptedGateway(script)
        self.book = CallBook(CallJournal(path), frozenset())
        self.meter = Meter(Budget(cap, self.book.usd), lambda _model: PRICE, ModelGates())
        self.gateway = MeteredGateway(self.model, self.meter)

    async def ask(self, asked: LLMRequest[AgentReply], key: tuple[str, int] = KEY) -> str:
        with self.book.case(key):
            return (await self.gateway.complete(asked)).answer.text


async def test_a_later_process_is_answered_from_the_call_book(tmp_path: Path):
    first = Bench(tmp_path / "c.jsonl", reply("uno"))
    assert await first.ask(request()) == "uno"
    second = Bench(tmp_path / "c.jsonl")
    assert second.book.usd == CENT
    assert await second.ask(request()) == "uno"
    assert second.book.usd == CENT
    assert second.meter.budget.reserved_usd == 0


async def test_the_same_words_asked_twice_get_both_answers_in_order(tmp_path: Path):
    first = Bench(tmp_path / "c.jsonl", reply("uno"), reply("dos"))
    with first.book.case(KEY):
        for _ in range(2):
            await first.gateway.complete(request())
    second = Bench(tmp_path / "c.jsonl", reply("tres"))
    with second.book.case(KEY):
        said = [(await second.gateway.complete(request())).answer.text for _ in range(3)]
    assert said == ["uno", "dos", "tres"]


@pytest.mark.parametrize(
    "other",
    [request("adiós"), request(temperature=1), request(model="openai/n"), replace(request(), agent="sales")],
)
async def test_other_words_parameters_or_agents_are_other_calls(tmp_path: Path, other: LLMRequest[AgentReply]):
    await Bench(tmp_path / "c.jsonl", reply("uno")).ask(request())
    assert request_digest(other) != request_digest(request())
    assert await Bench(tmp_path / "c.jsonl", reply("dos")).ask(other) == "dos"


async def test_another_case_or_trial_is_asked_anew(tmp_path: Path):
    await Bench(tmp_path / "c.jsonl", reply("uno")).ask(request())
    assert await Bench(tmp_path / "c.jsonl", reply("dos")).ask(request(), ("a-case", 2)) == "dos"


async def test_a_paid_failure_is_not_paid_again_and_an_unpaid_one_is_tried_again(tmp_path: Path):
    paid = ModelInvalidAnswer("broken JSON", model="openai/m")
    paid.input_tokens, paid.cost_usd = 100, CENT
    first = Bench(tmp_path / "c.jsonl", Line(paid), Line(ModelUnavailable("down", model="openai/m")))
    for kind in (ModelInvalidAnswer, ModelUnavailable):
        with pytest.raises(kind):
            await first.ask(request())
    second = Bench(tmp_path / "c.jsonl", reply("uno"))
    with second.book.case(KEY):
        with pytest.raises(ModelInvalidAnswer, match="broken JSON") as caught:
            await second.gateway.complete(request())
        assert caught.value.cost_usd == CENT
        assert (await second.gateway.complete(request())).answer.text == "uno"
    assert second.book.usd == 2 * CENT


def cut() -> ModelUnavailable:
    error = ModelUnavailable("server disconnected", model="openai/m")
    error.unseen = True
    return error


@pytest.mark.parametrize("error", [ModelTimeout("late", model="openai/m"), cut()], ids=["too late", "cut"])
async def test_a_call_whose_end_nobody_saw_counts_with_its_bound(tmp_path: Path, error: ModelError):
    bound = most_usd(request(), PRICE)
    first = Bench(tmp_path / "c.jsonl", Line(error))
    with pytest.raises(type(error)):
        await first.ask(request())
    assert first.book.usd == first.meter.budget.spent_usd == bound
    assert Bench(tmp_path / "c.jsonl").book.usd == bound


async def test_a_connection_that_is_refused_costs_nothing(tmp_path: Path):
    first = Bench(tmp_path / "c.jsonl", Line(ModelUnavailable("refused", model="openai/m")))
    with pytest.raises(ModelUnavailable):
        await first.ask(request())
    assert first.book.usd == first.meter.budget.spent_usd == Bench(tmp_path / "c.jsonl").book.usd == 0


async def test_the_price_of_the_settings_is_what_is_reserved(tmp_path: Path):
    dear = with_own_price(ModelSettings(model="openai/m"), Price(Decimal(100), Decimal(400)))
    bench = Bench(tmp_path / "c.jsonl", reply("never"), cap=most_usd(request(), PRICE) * 50)
    with pytest.raises(Stopped):
        await bench.ask(request(**dear.model_dump()))


async def test_over_budget_stops_before_the_call(tmp_path: Path):
    bench = Bench(tmp_path / "c.jsonl", reply("never"), cap=most_usd(request(), PRICE) / 2)
    with pytest.raises(Stopped):
        await bench.ask(request())
    assert bench.meter.over_budget
    assert bench.model.requests == []


async def test_after_a_stop_only_what_is_known_is_answered(tmp_path: Path):
    await Bench(tmp_path / "c.jsonl", reply("uno")).ask(request())
    bench = Bench(tmp_path / "c.jsonl", reply("never"))
    bench.meter.stop()
    assert await bench.ask(request()) == "uno"
    with pytest.raises(Stopped):
        await bench.ask(request("otra"))


async def test_calls_under_way_can_be_waited_for(tmp_path: Path):
    bench = Bench(tmp_path / "c.jsonl")
    await bench.meter.idle()
    with bench.meter.call():
        waiting = asyncio.create_task(bench.meter.idle())
        await asyncio.sleep(0)
        assert not waiting.done()
    await asyncio.wait_for(waiting, 1)


async def test_no_model_is_asked_outside_of_a_case(tmp_path: Path):
    with pytest.raises(KavakBotError, match="outside of a case"):
        await Bench(tmp_path / "c.jsonl").gateway.complete(request())


async def test_only_a_model_plays_customers_and_judges():
    with pytest.raises(NotMeasured):
        await PatientGateway(offline=ModelOnly(), remote=ScriptedGateway(), gates=ModelGates()).complete(
            request(model="offline")
        )
