"""The experiments page as a person uses it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.fakes.workbench_server import WorkbenchServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

RUN_TIMEOUT = 90_000


def open_builder(page: Page, server: WorkbenchServer) -> None:
    page.goto(f"{server.url}/experimentos")
    expect(page.get_by_role("button", name="Empezar")).to_be_enabled()


def view(page: Page, name: str) -> Locator:
    return page.get_by_role("radio", name=name)


def finished(page: Page) -> None:
    expect(page.get_by_text("Evidencia insuficiente").first).to_be_visible(timeout=RUN_TIMEOUT)


def test_an_experiment_is_read_to_its_conversations_and_survives_a_killed_server(
    start_workbench: Callable[[Path], WorkbenchServer], browser: Browser, tmp_path: Path
):
    own = start_workbench(tmp_path / "data")
    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="es-MX")
    open_builder(page, own)
    page.get_by_role("button", name="Empezar").click()
    expect(page).to_have_url(re.compile(r"experimento=\w+"))
    own.stop()  # the experiment goes on without the server
    own.start()
    page.goto(page.url)
    finished(page)
    expect(page.locator(".js-plotly-plot .errorbar").first).to_be_attached()

    view(page, "Conversaciones").click()
    expect(page.locator(".transcript")).to_have_count(2)
    expect(page.locator(".transcript mark").first).to_be_visible()
    expect(page.get_by_text("En qué se apoyó cada respuesta")).to_be_visible()

    view(page, "Intenciones").click()
    page.get_by_role("button", name=re.compile("Buscar auto → .* · 1")).first.click()
    expect(page.get_by_text(re.compile("Mostrando 1 conversación de «B: Buscar auto → "))).to_be_visible()
    expect(page.locator(".transcript")).to_have_count(2)

    page.reload()
    expect(page.locator(".transcript")).to_have_count(2)
    view(page, "Informe").click()
    page.get_by_role("button", name="Preparar informe").click()
    with page.expect_download(timeout=RUN_TIMEOUT) as download:
        page.get_by_role("button", name="Descargar HTML").click(timeout=RUN_TIMEOUT)
    assert download.value.path().stat().st_size < 5_000_000
    page.close()


def test_a_second_tab_sees_an_experiment_under_way_and_can_pause_it(server: WorkbenchServer, context: BrowserContext):
    first = context.new_page()
    open_builder(first, server)
    trials = first.get_by_role("spinbutton", name="Repeticiones")
    trials.fill("10")
    first.get_by_role("button", name="Empezar").click()
    expect(first).to_have_url(re.compile(r"experimento=\w+"))
    second = context.new_page()
    second.goto(first.url)
    second.get_by_role("button", name="Pausar").click(timeout=RUN_TIMEOUT)
    for page in (first, second):
        expect(page.get_by_text("está en pausa")).to_be_visible(timeout=RUN_TIMEOUT)
    first.get_by_role("button", name="Retomar").click()
    expect(first.get_by_text(re.compile("Conjunto corto · 30 casos × 10"))).to_be_visible(timeout=RUN_TIMEOUT)
    expect(first.get_by_text("está en pausa")).to_have_count(0, timeout=RUN_TIMEOUT)
