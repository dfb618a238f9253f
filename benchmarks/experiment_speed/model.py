"""The model that all of them ask: it answers after a fixed time, over HTTP."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from benchmarks.experiment_speed import MODEL_SECONDS
from tests.fakes.model_wire import Answer, Behaviour, RecordedRequest


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
