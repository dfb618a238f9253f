"""The phone of the real adapter, over a killed workbench and beside another one."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.fakes.workbench_server import WorkbenchServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

STARTED = 120_000
ANSWERED = 60_000


def channel_on(context: BrowserContext, server: WorkbenchServer) -> Page:
    page = context.new_page()
    page.goto(f"{server.url}/?por=whatsapp")
    page.get_by_role("button", name="Encender el canal").click()
    expect(page.get_by_placeholder("Escribe un mensaje")).to_be_visible(timeout=STARTED)
    return page


def write(page: Page, text: str) -> None:
    field = page.get_by_placeholder("Escribe un mensaje")
    field.fill(text)
    field.press("Enter")


@pytest.mark.timeout(600)
def test_a_killed_workbench_shows_the_same_chat_and_another_one_has_its_own(
    start_workbench: Callable[[Path], WorkbenchServer], context: BrowserContext, tmp_path: Path
):
    server = start_workbench(tmp_path / "one")
    page = channel_on(context, server)
    write(page, "busco un versa")
    expect(page.locator(".row.in").first).to_be_visible(timeout=ANSWERED)
    said = page.locator(".row .text").all_inner_texts()

    os.kill(server.pid, signal.SIGKILL)  # Streamlit alone: the channel goes on
    group = server.pid
    server.start()
    fresh = context.browser.new_context(locale="es-MX").new_page() if context.browser else page
    for tab in (fresh, page):
        tab.goto(f"{server.url}/?por=whatsapp")
        expect(tab.locator(".row .text")).to_have_count(len(said))
        assert tab.locator(".row .text").all_inner_texts() == said
    write(page, "el primero a 48 meses")
    expect(page.locator(".row.out")).to_have_count(2)
    expect(page.locator(".row.in").nth(1)).to_be_visible(timeout=ANSWERED)
    fresh.context.close()

    other = start_workbench(tmp_path / "two")
    theirs = channel_on(context, other)
    expect(theirs.locator(".row")).to_have_count(0)
    ports = {json.loads((one.data / "whatsapp-sandbox.json").read_text())["port"] for one in (server, other)}
    assert len(ports) == 2
    other.stop()
    server.stop()
    os.killpg(group, signal.SIGKILL)
