"""Two channels as they are often written first, to see what the guarantees buy. Never part of the product.

`naive`: the model is asked and the reply sent within the webhook's request; no signature is checked.
`memory`: the request is answered at once, repetitions are found in a set in memory, and a thread does the rest.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask, Response, request

_THREADS = 16
_TIMEOUT = 10.0
_EMPTY = "<Response/>"


def answer(form: dict[str, str]) -> None:
    """Ask the model, send what it says. The MessageSid goes along as `o`, for the harness to count by."""
    import httpx

    asked = {"model": "fake-model", "messages": [{"role": "user", "content": form.get("Body", "")}]}
    said = httpx.post(f"{os.environ['SCORECARD_MODEL']}/chat/completions", json=asked, timeout=_TIMEOUT)
    said.raise_for_status()
    account = os.environ["TWILIO_ACCOUNT_SID"]
    httpx.post(
        f"{os.environ['KAVAK_WHATSAPP_API_BASE']}/2010-04-01/Accounts/{account}/Messages.json",
        data={
            "From": form["To"],
            "To": form["From"],
            "Body": said.json()["choices"][0]["message"]["content"],
            "StatusCallback": f"{os.environ['KAVAK_WHATSAPP_PUBLIC_URL']}/twilio/status?o={form['MessageSid']}",
        },
        auth=(account, os.environ["TWILIO_AUTH_TOKEN"]),
        timeout=_TIMEOUT,
    ).raise_for_status()


def naive() -> None:
    def take(form: dict[str, str]) -> None:
        answer(form)

    _serve(take)


def memory() -> None:
    seen: set[str] = set()
    lock = threading.Lock()
    pool = ThreadPoolExecutor(_THREADS)

    def take(form: dict[str, str]) -> None:
        with lock:
            if form["MessageSid"] in seen:
                return
            seen.add(form["MessageSid"])
        pool.submit(answer, form)

    _serve(take, signed=True)


def _serve(take: Callable[[dict[str, str]], None], *, signed: bool = False) -> None:
    from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

    from channels.settings import load_channel_settings
    from channels.web.server import run_server

    settings = load_channel_settings()
    validator = RequestValidator(settings.auth_token.get_secret_value())

    def build() -> Any:
        app = Flask("shim", static_folder=None)

        @app.get("/healthz")
        def healthz() -> str:
            return "live"

        @app.post("/twilio/status")
        def status() -> str:
            return ""

        @app.post("/twilio/whatsapp")
        def inbound() -> Response:
            form = request.form.to_dict()
            given = request.headers.get("X-Twilio-Signature", "")
            if signed and not validator.validate(settings.url(request.path), form, given):
                return Response(_EMPTY, status=403, content_type="text/xml")
            take(form)
            return Response(_EMPTY, content_type="text/xml")

        return app

    run_server(settings, build)


SHIMS: dict[str, Callable[[], None]] = {"naive": naive, "memory": memory}
