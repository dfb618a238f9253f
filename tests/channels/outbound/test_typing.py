from __future__ import annotations

import threading
import time

from channels.observability.metrics import Metrics
from channels.outbound.twilio import TwilioApi
from channels.outbound.typing import MOST_WAITING, THREADS, TypingIndicator
from channels.settings import ChannelSettings
from tests.fakes.twilio_server import TwilioServer
from tests.fakes.webhooks import ACCOUNT, TOKEN, new_sid


class Stuck:
    """An API that does not answer until it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.calls = 0

    def show_typing(self, message_sid: str) -> bool:
        self.calls += 1
        self.let_go.wait(10)
        raise RuntimeError(message_sid)


def shown(metrics: Metrics, result: str) -> float:
    return metrics.registry.get_sample_value("whatsapp_typing_total", {"result": result}) or 0.0


def until(condition) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_twilio_is_told_which_message_is_being_answered(settings: ChannelSettings):
    metrics = Metrics()
    with TwilioServer(ACCOUNT, TOKEN) as twilio:
        typing = TypingIndicator(TwilioApi(settings.model_copy(update={"api_base": twilio.url})), metrics=metrics)
        sid = new_sid()
        typing.show(sid)
        until(lambda: shown(metrics, "shown"))
        assert twilio.typing == [sid]
        typing.close()
        typing.show(sid)
        assert twilio.typing == [sid], "a process that stops shows nothing more, and says nothing about it"


def test_twilio_away_is_no_matter(settings: ChannelSettings):
    metrics = Metrics()
    typing = TypingIndicator(TwilioApi(settings.model_copy(update={"api_base": "http://127.0.0.1:9"})), metrics=metrics)
    # More than there are places: each one is free again.
    for number in range(1, MOST_WAITING + 2):
        typing.show(new_sid())
        until(lambda number=number: shown(metrics, "refused") == number)
    assert shown(metrics, "shown") == 0
    typing.close()


def test_a_thousand_turns_do_not_wait_for_an_api_that_hangs():
    api = Stuck()
    typing = TypingIndicator(api, metrics=Metrics())  # type: ignore[arg-type]
    for _ in range(1000):
        typing.show("SM")
    # All thousand came through while every thread hangs.
    until(lambda: api.calls == THREADS)
    api.let_go.set()
    typing.close()
    assert api.calls <= MOST_WAITING


def test_switched_off_it_asks_nothing():
    api = Stuck()
    api.let_go.set()
    typing = TypingIndicator(api, metrics=Metrics(), enabled=False)  # type: ignore[arg-type]
    typing.show("SM")
    typing._pool.shutdown(wait=True)
    assert api.calls == 0
