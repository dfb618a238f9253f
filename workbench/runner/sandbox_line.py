"""The line to the channel's sandbox (`python -m channels dev`): found by its file in the data folder, or started.

It is another front door, so nothing of it is imported: it is a process, spoken to over HTTP on loopback.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bot_core.errors import StoreError
from bot_core.settings import PROJECT_ROOT, Settings

if TYPE_CHECKING:
    from httpx import Client

_ANSWER_SECONDS = 10.0
_READY_SECONDS = 3.0
_LOOK_SECONDS = 1.0
_END_SECONDS = 30.0


class Line(StrEnum):
    """Whether there is a line to the adapter."""

    OFF = "off"
    STARTING = "starting"
    ON = "on"


@dataclass(frozen=True, slots=True)
class Sandbox:
    line: Line
    url: str = ""
    customer: str = ""
    """Under which key the store knows who writes there."""
    metrics_url: str = ""
    """Of its web process."""


class SandboxLine:
    """One for the process, shared by all tabs. A sandbox counts only when it works on the same data folder and database
    as we do: another workbench on this machine has its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._looked: tuple[float, Sandbox] = (0.0, Sandbox(Line.OFF))
        self._lock = threading.Lock()

    def start(self) -> None:
        """Returns at once; the line is on some seconds later. Its output is in the data folder's whatsapp.log."""
        with self._lock:
            if self._seen().line is not Line.OFF:
                return
            environment = os.environ | {"KAVAK_DATA_DIR": str(self._settings.data_dir.resolve())}
            if self._settings.database_url:
                environment["KAVAK_DATABASE_URL"] = self._settings.database_url
            command = [sys.executable, "-m", "channels", "dev", "--port", "0", "--no-workbench"]
            with (self._settings.data_dir / "whatsapp.log").open("ab") as log:
                self._process = subprocess.Popen(  # noqa: S603 - our own
                    command, cwd=PROJECT_ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
                )
            self._looked = (0.0, Sandbox(Line.OFF))
            atexit.register(self.close)

    def look(self) -> Sandbox:
        """Asked at every run of a page, so not asked anew each time."""
        with self._lock:
            asked, seen = self._looked
            if time.monotonic() - asked > _LOOK_SECONDS:
                seen = self._seen()
                self._looked = (time.monotonic(), seen)
            return seen

    def write(self, message: Mapping[str, Any]) -> None:
        """A customer's message, through the webhook. Raises StoreError when it is not taken."""
        self._answer("POST", "", json=message)

    def chat(self) -> list[dict[str, Any]]:
        """What was written on both sides since the sandbox runs, oldest first. Raises StoreError."""
        found: list[dict[str, Any]] = self._answer("GET", "/chat")
        return found

    def close(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(timeout=_END_SECONDS)

    def _answer(self, method: str, path: str, **sent: Any) -> Any:
        import httpx

        try:
            answer = self._client.request(method, f"{self.look().url}{path}", **sent)
            answer.raise_for_status()
            return answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise StoreError(f"the channel's sandbox does not answer: {error}") from error

    def _seen(self) -> Sandbox:
        url = self._address()
        said = self._state(url) if url else {}
        if said.get("serves") == self._settings.data_identity:
            line = Line.ON if said.get("live") else Line.STARTING
            metrics = f"http://127.0.0.1:{said['web_port']}/metrics" if said.get("web_port") else ""
            return Sandbox(line, url, str(said.get("customer")), metrics)
        running = self._process is not None and self._process.poll() is None
        return Sandbox(Line.STARTING if running else Line.OFF)

    def _address(self) -> str:
        """As the file says, which may be of a sandbox that was killed; "" when it says nothing."""
        try:
            port = int(json.loads(self._settings.sandbox_file.read_text(encoding="utf-8"))["port"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""
        return f"http://127.0.0.1:{port}"

    def _state(self, url: str) -> dict[str, Any]:
        import httpx

        try:
            said = self._client.get(f"{url}/ready", timeout=_READY_SECONDS).json()
        except (httpx.HTTPError, ValueError):
            return {}
        return said if isinstance(said, dict) else {}

    @cached_property
    def _client(self) -> Client:
        import httpx

        # Loopback only: no proxy of the environment, and no certificates to read.
        return httpx.Client(timeout=_ANSWER_SECONDS, trust_env=False, verify=False)  # noqa: S501
