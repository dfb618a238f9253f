"""A real Streamlit server on a free loopback port, driven by Debian's Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.fakes.model_server import ModelServer
from tests.fakes.workbench_server import CHROMIUM, FLAGS, WorkbenchServer

# Nothing waits that long on a machine that has nothing else to do.
expect.set_options(timeout=45_000)


@pytest.fixture(scope="session")
def model_server() -> Iterator[ModelServer]:
    """An Ollama of our own on loopback, found by the workbench as any other."""
    with ModelServer() as server:
        yield server


@pytest.fixture(scope="session")
def start_workbench(model_server: ModelServer) -> Iterator[Callable[[Path], WorkbenchServer]]:
    started: list[WorkbenchServer] = []

    def start(data: Path) -> WorkbenchServer:
        server = WorkbenchServer(data, {"OLLAMA_HOST": model_server.ollama_base, "OPENAI_API_KEY": ""})
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def server(
    start_workbench: Callable[[Path], WorkbenchServer], tmp_path_factory: pytest.TempPathFactory
) -> WorkbenchServer:
    return start_workbench(tmp_path_factory.mktemp("workbench"))


# Not longer than a module: while it lives, playwright keeps an event loop running in this thread, and every test that
# starts one of its own fails.
@pytest.fixture(scope="module")
def playwright_driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
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
def page(context: BrowserContext, server: WorkbenchServer) -> Page:
    opened = context.new_page()
    opened.goto(server.url)
    expect(opened.get_by_placeholder("Escribe un mensaje")).to_be_visible()
    return opened
