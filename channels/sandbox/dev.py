"""`python -m channels dev`: the real web and worker processes, a Twilio fake, a page to write as a customer, and the
workbench on the same data."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bot_core.errors import ConfigurationError, StoreError, UserError
from bot_core.settings import PROJECT_ROOT, Settings
from channels.privacy.keys import kept_key
from channels.sandbox.bound import bound
from channels.sandbox.live import wait_until_live
from channels.sandbox.phone import Ground, Sandbox, serve_page
from channels.sandbox.ports import free_port
from channels.settings import ChannelSettings

Process = subprocess.Popen[bytes]
_LAST_WORDS_SECONDS = 25.0
"""How long a process may take to end: a worker lets the turns under way come to their end."""


def run_dev(settings: ChannelSettings, core: Settings, *, port: int, with_workbench: bool = True) -> None:
    """Until Ctrl+C, SIGTERM, or the end of one of the processes; on Linux they end even when this one is killed. The
    page listens on `port`, the web process on the next one, the workbench on the one after; with port 0 each on a free
    one. Raises ConfigurationError when `port` is taken, or when a sandbox runs on the data folder already."""
    stop = _told_to_stop()
    hash_key = settings.hash_key.get_secret_value().encode() or kept_key(core.data_dir)
    with _alone(core.sandbox_file) as entry:
        sandbox = Sandbox(port + 1 if port else free_port(), Ground(core.data_identity, hash_key))
        page = serve_page(sandbox, port)
        with sandbox.twilio:
            environment = sandbox.environment()
            processes = [_start(["-m", "channels", name], environment) for name in ("web", "worker")]
            if with_workbench:
                processes.append(_start_workbench(port + 2 if port else free_port(), environment))
            try:
                entry.write(json.dumps({"port": page.server_port, "settings": sandbox.settings()}))
                entry.flush()
                _until_the_end(sandbox, page.server_port, processes, stop)
            finally:
                _end(processes)
                page.shutdown()


def _told_to_stop() -> threading.Event:
    """Set by SIGTERM, and by Ctrl+C. What a shell starts in its background ignores Ctrl+C and goes on ignoring it."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_: stop.set())
    return stop


@contextmanager
def _alone(path: Path) -> Iterator[IO[str]]:
    """The file that says where the sandbox is, for its owner's eyes; locked until the process ends, however it ends:
    two on one database would answer each other's customer. Raises ConfigurationError, StoreError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.chmod(0o600)
        entry = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error
    with entry:
        try:
            fcntl.flock(entry, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigurationError(
                f"a sandbox runs on {path.parent} already",
                hint=f"{path.name} says where, or name another KAVAK_DATA_DIR",
            ) from error
        entry.truncate(0)
        try:
            yield entry
        finally:
            entry.truncate(0)


def _until_the_end(sandbox: Sandbox, port: int, processes: Sequence[Process], stop: threading.Event) -> None:
    while not _over(processes, stop) and not wait_until_live(sandbox.web_url, seconds=0.5):
        pass
    if not _over(processes, stop):
        print(f"Write as a customer: http://127.0.0.1:{port}", flush=True)  # noqa: T201 - what the person waits for
    while not _over(processes, stop):
        stop.wait(0.5)
    print("Stopping…" if stop.is_set() else "One of the processes has ended.", flush=True)  # noqa: T201


def _over(processes: Sequence[Process], stop: threading.Event) -> bool:
    return stop.is_set() or any(process.poll() is not None for process in processes)


def _end(processes: Sequence[Process]) -> None:
    deadline = time.monotonic() + _LAST_WORDS_SECONDS
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _start(command: Sequence[str], environment: dict[str, str]) -> Process:
    return subprocess.Popen(bound([*command]), env=os.environ | environment)  # noqa: S603 - our own


def _start_workbench(port: int, environment: dict[str, str]) -> Process:
    """By its file: the two front doors do not import each other."""
    app = str(PROJECT_ROOT / "workbench" / "app.py")
    options = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]
    print(f"The workbench on the same data: http://127.0.0.1:{port}", flush=True)  # noqa: T201
    return _start(["-m", "streamlit", "run", app, *options], environment)


def say(text: str, *, port: int, seconds: float = 15.0) -> list[str]:
    """Write to the sandbox that runs on `port`, as its page does; what comes back. Raises UserError when none runs."""
    import httpx

    url = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(timeout=seconds) as client:
            before = len(client.get(f"{url}/chat").json())
            client.post(url, json={"text": text}).raise_for_status()
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                new = [line["text"] for line in client.get(f"{url}/chat").json()[before + 1 :] if line["from"] == "bot"]
                if new:
                    # A notice comes alone, the reply right after it.
                    time.sleep(1.0)
                    return [line["text"] for line in client.get(f"{url}/chat").json()[before + 1 :]]
                time.sleep(0.2)
    except httpx.HTTPError as error:
        raise UserError(f"nothing answers on {url}", hint="start it: python -m channels dev") from error
    return []
