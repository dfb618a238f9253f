"""The commands of docs/whatsapp.md, word by word, against the real processes."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from channels.cli import main
from channels.sandbox.live import wait_until_live

ROOT = Path(__file__).resolve().parents[2]
Start = Callable[..., dict[str, str]]


def bash_blocks(page: str) -> list[str]:
    return re.findall(r"```bash\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start `python -m channels NAME` on loopback, in a folder with the `.env` of the page's second step; the settings
    it has. What it logs is in the file `log`."""
    processes: list[subprocess.Popen[bytes]] = []
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    basic = {
        "TWILIO_ACCOUNT_SID": "AC" + "5" * 32,
        "TWILIO_AUTH_TOKEN": "the token",
        "KAVAK_DATA_DIR": str(tmp_path / "var"),
        "KAVAK_WHATSAPP_SENDERS": "whatsapp:+14155238886",
        "KAVAK_WHATSAPP_PORT": port,
        "KAVAK_WHATSAPP_API_BASE": "http://127.0.0.1:9",
    }

    def run(name: str, **more: str) -> dict[str, str]:
        known = basic | more
        (tmp_path / ".env").write_text("".join(f"{one}={value}\n" for one, value in known.items()), encoding="utf-8")
        with (tmp_path / "log").open("wb") as log:
            command = [sys.executable, "-m", "channels", name]
            processes.append(subprocess.Popen(command, env=shell(tmp_path), cwd=tmp_path, stderr=log))
        assert wait_until_live(f"http://127.0.0.1:{port}", seconds=60)
        return known

    yield run
    for process in processes:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def shell(folder: Path) -> dict[str, str]:
    """An operator's environment: nothing of ours is in it, all of that is in `.env`."""
    ours = ("KAVAK_", "TWILIO_")
    others = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return others | {"TMPDIR": str(folder), "PYTHONPATH": str(ROOT)}


def recipe(folder: Path) -> str:
    (script,) = (block for block in bash_blocks("docs/whatsapp.md") if "RequestValidator" in block)
    # The page names the environment of `make install`; the tests may run in another one.
    script = script.replace(".venv/bin/python", sys.executable)
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        env=shell(folder), cwd=folder, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout


def channels(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "channels", *command],
        env=shell(folder), cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.skipif(shutil.which("curl") is None, reason="the recipe uses curl")
def test_the_genuine_request_gets_through_and_the_forged_one_does_not(start: Start, tmp_path: Path):
    known = start("web")
    answers = recipe(tmp_path)
    assert re.findall(r"HTTP/1.1 (\d+)", answers) == ["200", "403"]
    assert answers.count("<Response/>") == 2
    listed = channels(tmp_path, "inbox")
    assert len(listed.stdout.splitlines()) == 1, "the genuine one waits, the forged one is nowhere"
    assert "hola" not in listed.stdout
    log = (tmp_path / "log").read_text(encoding="utf-8")
    here = f"127.0.0.1:{known['KAVAK_WHATSAPP_PORT']}"
    (said,) = (line for line in map(json.loads, log.splitlines()) if line["event"] == "listening")
    assert (said["listens_on"], said["public_url"]) == (here, f"http://{here}")
    assert "KAVAK_WHATSAPP_PUBLIC_URL" in said["note"]
    assert known["TWILIO_AUTH_TOKEN"] not in log


@pytest.mark.skipif(shutil.which("curl") is None, reason="the recipe uses curl")
def test_the_fallback_keeps_files_that_are_taken_in_later(start: Start, tmp_path: Path):
    start("spool", KAVAK_WHATSAPP_PUBLIC_URL="https://fallback.example.mx")
    assert re.findall(r"HTTP/1.1 (\d+)", recipe(tmp_path)) == ["200", "403"]
    assert len(list((tmp_path / "var" / "spool").glob("*.json"))) == 1
    taken = channels(tmp_path, "reconcile")
    assert (taken.returncode, taken.stdout) == (3, ""), "Twilio is away"
    assert taken.stderr.startswith("error: Twilio")
    assert "1 from the spool" in taken.stderr
    assert len(taken.stderr.splitlines()) == 1
    assert list((tmp_path / "var" / "spool").glob("*.json")) == []
    assert len(channels(tmp_path, "inbox").stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["retry", "nothing"], "error: nothing: no such message"),
        (["resend", "nothing"], "error: nothing: no such message"),
        (["take-over", "0" * 32], "error: no customer"),
        (["hand-back", "+5215500000000"], "error: 0 customers have that address"),
        (["export", "+5215500000000"], "error: 0 customers have that address"),
        (["erase", "+5215500000000", "--yes"], "error: 0 customers have that address"),
        (["inbox"], "nothing"),
        (["dead-letters"], "nothing"),
    ],
)
def test_an_operators_mistake_is_one_line(
    command: list[str],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    settings = {
        "TWILIO_ACCOUNT_SID": "AC" + "5" * 32,
        "TWILIO_AUTH_TOKEN": "the token",
        "KAVAK_WHATSAPP_SENDERS": "whatsapp:+14155238886",
        "KAVAK_DATA_DIR": str(tmp_path),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["channels", *command])
    with pytest.raises(SystemExit) as end:
        main()
    shown = capsys.readouterr().err
    assert shown.startswith(says)
    assert len(shown.splitlines()) == 1
    assert end.value.code == (0 if says == "nothing" else 2)
