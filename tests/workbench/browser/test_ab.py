"""The comparison page as a person uses it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.fakes.model_server import ModelServer
from tests.fakes.workbench_server import WorkbenchServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

RUN_TIMEOUT = 60_000


def open_ab(page: Page, server: WorkbenchServer) -> None:
    page.goto(f"{server.url}/ab")
    expect(page.get_by_role("button", name="Comparar", exact=True)).to_be_enabled()


def start(page: Page) -> None:
    page.get_by_role("button", name="Comparar", exact=True).click()


def finished(page: Page) -> None:
    expect(page.get_by_role("tab", name="Resultado")).to_be_visible(timeout=RUN_TIMEOUT)


def test_a_comparison_runs_and_is_still_there_after_a_restart(
    start_workbench: Callable[[Path], WorkbenchServer], browser: Browser, tmp_path: Path
):
    own = start_workbench(tmp_path / "data")
    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="es-MX")
    open_ab(page, own)
    start(page)
    finished(page)
    expect(page.get_by_text(re.compile(r"Conjunto corto · \d\d casos"))).to_be_visible()
    expect(page.locator(".js-plotly-plot .errorbar").first).to_be_attached()
    expect(page.get_by_text("no un veredicto", exact=False)).to_be_visible()
    expect(page.get_by_text(re.compile(r"Caso completo: \d+ % \(\d+–\d+ %\) · \d+ de \d+"))).to_have_count(2)

    page.get_by_role("tab", name="Casos").click()
    expect(page.locator(".phone.short")).to_have_count(2)
    expect(page.locator(".phone.short .row.in").first).to_be_visible()
    expect(page.locator(".phone.short textarea").first).to_be_hidden()
    page.get_by_role("tab", name="Costo").click()
    expect(page.get_by_text("Corrida sin modelo", exact=False)).to_be_visible()

    own.stop()
    own.start()
    page.goto(f"{own.url}/ab")
    page.get_by_role("button", name="offline-base / offline-exacto").click()
    finished(page)
    expect(page.get_by_text(re.compile(r"Caso completo: \d+ % "))).to_have_count(2)
    page.close()


def test_a_run_survives_a_reload_shows_in_a_second_tab_and_can_be_cancelled(
    context: BrowserContext, server: WorkbenchServer, model_server: ModelServer
):
    model_server.reset()
    model_server.hold()
    page = context.new_page()
    open_ab(page, server)
    page.get_by_role("combobox", name=re.compile("^Modelo")).first.click()
    page.get_by_role("option", name=re.compile("qwen2.5:3b")).click()
    expect(page.get_by_text("Al menos una variante usa un modelo", exact=False)).to_be_visible()
    start(page)
    stop = page.get_by_role("button", name="Detener")
    expect(stop).to_be_visible()
    page.reload()
    expect(stop).to_be_visible()
    other = context.new_page()
    other.goto(page.url)
    other.get_by_role("button", name="Detener").click()
    model_server.release()
    expect(page.get_by_text("No hay casos jugados por las dos variantes", exact=False)).to_be_visible(
        timeout=RUN_TIMEOUT
    )
    expect(page.get_by_text("se detuvo antes de terminar", exact=False)).to_be_visible()


def test_equal_variants_are_named_as_such(context: BrowserContext, server: WorkbenchServer):
    page = context.new_page()
    open_ab(page, server)
    page.get_by_role("combobox", name=re.compile("^Versión del bot")).nth(1).click()
    page.get_by_role("option", name="offline-base").click()
    expect(page.get_by_text("A y B son iguales", exact=False)).to_be_visible()


def test_an_unknown_experiment_says_what_to_do(context: BrowserContext, server: WorkbenchServer):
    page = context.new_page()
    page.goto(f"{server.url}/ab?experimento=nada")
    expect(page.get_by_text("Esta comparación no existe aquí", exact=False)).to_be_visible()
