"""The simulator's pictures: `python -m tests.workbench.browser.simulator.take_screenshots`. Look at them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.fakes.workbench_server import CHROMIUM, FLAGS, ROOT, WorkbenchServer

IMAGES = ROOT / "docs" / "img"
MESSAGES = (
    "hola, busco un nisan vversa de menos de 250 mil y cuánto pagaría al mes a 48 meses con 50 mil de enganche",
    "el segundo a 60 meses",
)
WIDE, NARROW = (1280, 940), (390, 844)
MINUTES = 180_000
TO_THE_TOP = """row => {
  const chat = row.closest(".chat");
  chat.scrollTop += row.getBoundingClientRect().top - chat.getBoundingClientRect().top - 8;
}"""
Scheme = Literal["light", "dark"]


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=MINUTES)
    with (
        tempfile.TemporaryDirectory() as folder,
        WorkbenchServer(Path(folder), {"OLLAMA_HOST": "http://127.0.0.1:9"}) as server,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        address = _one_phone(browser, server)
        _narrow(browser, address, "light")
        _narrow(browser, address, "dark")
        _three_phones(browser, server)
        _customer(browser, server)
        browser.close()


def _page(browser: Browser, size: tuple[int, int], scheme: Scheme) -> Page:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="es-MX",
        timezone_id="America/Mexico_City",
        color_scheme=scheme,
        device_scale_factor=1.5,
    )
    page = context.new_page()
    page.set_default_timeout(MINUTES)
    return page


def _write(page: Page, message: str) -> None:
    field = page.get_by_placeholder("Escribe un mensaje").first
    field.fill(message)
    field.press("Enter")


def _one_phone(browser: Browser, server: WorkbenchServer) -> str:
    page = _page(browser, WIDE, "light")
    page.goto(server.url)
    for number, message in enumerate(MESSAGES, start=1):
        _write(page, message)
        expect(page.locator(".row.in")).to_have_count(number)
    page.get_by_role("tab", name="Hechos").click()
    page.get_by_text("Simulación de financiamiento").wait_for()
    page.locator(".row.in").nth(1).evaluate(TO_THE_TOP)
    _save(page, "chat.png")
    page.get_by_role("button", name="Guardar como caso").click()
    page.get_by_role("textbox", name="Por qué es un caso").fill("pidió el segundo de la lista a otro plazo")
    _save(page, "simulador-caso.png")
    page.get_by_role("button", name="Cancelar").click()
    return page.url


def _narrow(browser: Browser, address: str, scheme: Scheme) -> None:
    page = _page(browser, NARROW, scheme)
    page.goto(address)
    page.locator(".row.in").nth(1).wait_for()
    _save(page, f"simulador-390-{scheme}.png")


def _three_phones(browser: Browser, server: WorkbenchServer) -> None:
    page = _page(browser, WIDE, "dark")
    page.goto(f"{server.url}/?telefonos=3&version2=offline-exacto")
    expect(page.get_by_placeholder("Escribe un mensaje")).to_have_count(3)
    _write(page, MESSAGES[0])
    expect(page.locator(".row.in")).to_have_count(3)
    _save(page, "simulador-tres.png")


def _customer(browser: Browser, server: WorkbenchServer) -> None:
    page = _page(browser, WIDE, "light")
    page.goto(server.url)
    page.get_by_text("Clientes que escriben solos").click()
    page.get_by_role("button", name="Empezar").click()
    page.get_by_text("logró su meta", exact=False).wait_for()
    page.get_by_role("tab", name="Tiempo").click()
    page.locator(".js-plotly-plot").wait_for()
    _save(page, "simulador-cliente.png")


def _save(page: Page, name: str) -> None:
    page.evaluate("document.fonts.ready")
    page.mouse.move(0, 0)
    page.wait_for_timeout(2500)
    page.screenshot(path=str(IMAGES / name))


if __name__ == "__main__":
    main()
