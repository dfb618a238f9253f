from __future__ import annotations

import asyncio
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot_core.errors import ModelInvalidAnswer
from bot_core.facts.facts import AgentReply
from bot_core.llm.call_process.wire import Outcome, frame, frames
from bot_core.llm.gateway import LLMResponse


async def read(chunks: list[bytes]) -> list[object]:
    reader = asyncio.StreamReader()
    for chunk in chunks:
        reader.feed_data(chunk)
    reader.feed_eof()
    return [message async for message in frames(reader)]


@given(st.lists(st.text(min_size=1), max_size=5), st.integers(1, 50))
def test_messages_arrive_as_they_were_in_whatever_pieces(texts: list[str], piece: int):
    sent = [Outcome(7, None)]
    sent += [Outcome(number, LLMResponse(AgentReply(text=text), "m", text)) for number, text in enumerate(texts)]
    wire = b"".join(map(frame, sent))
    pieces = [wire[start : start + piece] for start in range(0, len(wire), piece)]
    assert asyncio.run(read(pieces)) == sent


@given(st.integers(0, 10_000))
def test_an_end_within_a_message_is_the_end(kept: int):
    whole = frame(Outcome(1, LLMResponse(AgentReply(text="hola"), "m", "hola")))
    received = asyncio.run(read([frame(Outcome(7, None)) + whole[: min(kept, len(whole) - 1)]]))
    assert received == [Outcome(7, None)]


async def test_an_error_arrives_with_all_that_it_carries():
    error = ModelInvalidAnswer("no fits", model="openai/m", hint="ask again")
    error.input_tokens, error.cost_usd, error.unseen = 7, Decimal("0.10"), True
    (message,) = await read([frame(Outcome(3, error))])
    assert isinstance(message, Outcome)
    received = message.value
    assert type(received) is ModelInvalidAnswer
    assert vars(received) == vars(error)
    assert str(received) == "no fits (ask again)"
