"""`python -m channels dev` as a real process, as a shell's background starts it: Ctrl+C is ignored there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from bot_core.settings import Settings
from bot_core.store.store import open_store

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 90.0


def until(found: Callable[[], object], what: str) -> None:
    deadline, pause = time.monotonic() + SECONDS, threading.Event()
    while not found():
        assert time.monotonic() < deadline, what
        pause.wait(0.05)


def is_alive(pid: int) -> bool:
    """A process that has ended and that nobody has asked for yet (Z) is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def descendants(pid: int) -> set[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {int(child) for child in children}.union(*(descendants(int(child)) for child in children))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path / "var")


@pytest.fixture
def sandbox(settings: Settings, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            ["setsid", "bash", "-c", f"trap '' INT; exec {sys.executable} -m channels dev --port 0 --no-workbench"],
            cwd=ROOT, env=os.environ | {"KAVAK_DATA_DIR": str(settings.data_dir)}, stdout=log, stderr=log,
        )  # fmt: skip
    yield process
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def channels(settings: Settings, *command: str) -> subprocess.CompletedProcess[str]:
    """A command in another terminal: it knows the data folder, and nothing of Twilio."""
    return subprocess.run(
        [sys.executable, "-m", "channels", *command],
        cwd=ROOT, env=os.environ | {"KAVAK_DATA_DIR": str(settings.data_dir)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def address(settings: Settings) -> str:
    """Once it says where it is and its webhook listens."""
    until(lambda: settings.sandbox_file.exists() and settings.sandbox_file.read_text(), "it says where it is")
    url = f"http://127.0.0.1:{json.loads(settings.sandbox_file.read_text())['port']}"
    until(lambda: httpx.get(f"{url}/ready").status_code == 200, "its webhook listens")
    return url


@pytest.mark.timeout(240)
def test_it_says_where_it_is_serves_one_chat_and_ends_with_all_its_processes(
    sandbox: subprocess.Popen[bytes], settings: Settings
):
    url = address(settings)
    state = httpx.get(f"{url}/ready").json()
    assert state["serves"] == settings.data_identity
    metrics = httpx.get(f"http://127.0.0.1:{state['web_port']}/metrics").text
    assert "whatsapp_oldest_waiting_seconds" in metrics

    message = {"text": "hola", "id": "a" * 32, "kind": "text"}
    for _ in range(2):
        assert httpx.post(url, json=message).status_code == 200
    until(lambda: any(line["from"] == "bot" for line in httpx.get(f"{url}/chat").json()), "the worker answers")
    [mine] = [line for line in httpx.get(f"{url}/chat").json() if line["from"] == "me"]
    assert (mine["id"], mine["taken"]) == ("SM" + "a" * 32, "text")
    store = open_store(settings.store_url)
    conversation = store.conversations.find("whatsapp", state["customer"])
    assert conversation, "the store knows the customer by the name that the sandbox tells"
    [turn] = store.conversations.turns(conversation.conversation_id)
    assert [one.message_id for one in turn.messages] == [mine["id"]]
    store.close()

    assert settings.sandbox_file.stat().st_mode & 0o777 == 0o600
    done = channels(settings, "take-over", state["customer"])
    assert (done.returncode, done.stdout) == (0, f"{state['customer']}: a person answers, the bot is silent\n")
    assert done.stderr == f"on the sandbox at {url}\n"
    assert channels(settings, "reconcile").stdout.startswith("0 from the spool, 0 from Twilio's list")

    second = channels(settings, "dev", "--port", "0")
    assert second.returncode == 2
    assert second.stderr.startswith(f"error: a sandbox runs on {settings.data_dir} already")
    assert json.loads(settings.sandbox_file.read_text()), "the first one can still be found"

    ours = descendants(sandbox.pid)
    assert len(ours) >= 2, "web and worker"
    sandbox.send_signal(signal.SIGTERM)
    assert sandbox.wait(60) == 0
    assert [pid for pid in ours if is_alive(pid)] == []
    assert settings.sandbox_file.read_text() == ""


@pytest.mark.timeout(240)
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process is told that its parent has ended")
def test_killed_it_leaves_no_process_behind(sandbox: subprocess.Popen[bytes], settings: Settings):
    address(settings)
    ours = descendants(sandbox.pid)
    assert len(ours) >= 3, "web, the process that serves for it, and worker"
    sandbox.kill()
    sandbox.wait()
    until(lambda: not any(is_alive(pid) for pid in ours), "its processes end")
