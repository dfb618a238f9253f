"""A real Streamlit server on a free loopback port, driven by Debian's Chromium."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.fakes.model_server import ModelServer

ROOT = Path(__file__).resolve().parents[3]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
START_SECONDS = 60.0

expect.set_options(timeout=20_000)


class Workbench:
    """`streamlit run workbench/app.py` as a process, on its own data folder; can be stopped and started again."""

    def __init__(self, data: Path, environment: dict[str, str]) -> None:
        self.data = data
        self.port = free_port()
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", "workbench/app.py", "--server.port", str(self.port)]
        environment = {**os.environ, "KAVAK_DATA_DIR": str(self.data), **self._environment}
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data / "server.log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        self._wait_until_healthy()

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        pause = threading.Event()
        while time.monotonic() < deadline:
            assert self._process
            assert self._process.poll() is None, (self.data / "server.log").read_text()
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                pause.wait(0.1)
        raise AssertionError(f"no server after {START_SECONDS} s:\n{(self.data / 'server.log').read_text()}")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def model_server() -> Iterator[ModelServer]:
    """An Ollama of our own on loopback, found by the workbench as any other."""
    with ModelServer() as server:
        yield server


@pytest.fixture(scope="session")
def start_workbench(model_server: ModelServer) -> Iterator[Callable[[Path], Workbench]]:
    started: list[Workbench] = []

    def start(data: Path) -> Workbench:
        server = Workbench(data, {"OLLAMA_HOST": model_server.ollama_base, "OPENAI_API_KEY": ""})
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def server(start_workbench: Callable[[Path], Workbench], tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    return start_workbench(tmp_path_factory.mktemp("workbench"))


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright_driver: Playwright) -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed: sudo apt install chromium")
    launched = playwright_driver.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
    yield launched
    launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(
        viewport={"width": 1280, "height": 860}, locale="es-MX", timezone_id="America/Mexico_City"
    )
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, server: Workbench) -> Page:
    opened = context.new_page()
    opened.goto(server.url)
    expect(opened.get_by_placeholder("Escribe un mensaje")).to_be_visible()
    return opened
