"""The fake model in a process of its own: in ours it would share the interpreter lock with what is measured."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from tests.fakes.model_wire import Behaviour, RecordedRequest

Respond = Callable[[RecordedRequest], Behaviour]


@contextmanager
def model_process(respond: Respond, *, delay: float = 0.0) -> Iterator[str]:
    """Its OpenAI address. `respond` is a function of a module, answered with after `delay` seconds."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs, respond, delay))
    process.start()
    try:
        yield str(ours.recv())
    finally:
        ours.send("stop")
        process.join()


def _serve(pipe: Connection, respond: Respond, delay: float) -> None:
    from tests.fakes.model_server import ModelServer

    gc.disable()
    with ModelServer(respond, delay=delay) as server:
        pipe.send(server.openai_base)
        pipe.recv()
