"""The pictures of the docs, from the real pages: `python -m tests.workbench.browser.take_screenshots`. Look at them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.fakes.workbench_server import CHROMIUM, FLAGS, ROOT, WorkbenchServer

IMAGES = ROOT / "docs" / "img"
MESSAGES = (
    "hola, busco un nisan vversa de menos de 250 mil y cuánto pagaría al mes a 48 meses con 50 mil de enganche",
    "el segundo a 60 meses",
)
DESKTOP = {"width": 1280, "height": 940}
TO_THE_TOP = """row => {
  const chat = row.closest(".chat");
  chat.scrollTop += row.getBoundingClientRect().top - chat.getBoundingClientRect().top - 8;
}"""
PHONE = {"width": 390, "height": 844}


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        WorkbenchServer(Path(folder), {}) as server,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        address = _chat(browser, server)
        _narrow_chat(browser, address)
        _ab(browser, server)
        browser.close()


def _page(browser: Browser, size: dict[str, int]) -> Page:
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        locale="es-MX",
        timezone_id="America/Mexico_City",
        color_scheme="light",
        device_scale_factor=1.5,
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    return page


def _chat(browser: Browser, server: WorkbenchServer) -> str:
    page = _page(browser, DESKTOP)
    page.goto(server.url)
    field = page.get_by_placeholder("Escribe un mensaje")
    for number, message in enumerate(MESSAGES, start=1):
        field.fill(message)
        field.press("Enter")
        expect(page.locator(".row.in")).to_have_count(number, timeout=60_000)
        page.get_by_role("tab", name="Hechos").click()
        page.get_by_text("Simulación de financiamiento").wait_for()
        page.locator(".row.in").nth(number - 1).evaluate(TO_THE_TOP)
        _save(page, "chat.png" if number == 1 else "chat-follow-up.png")
    return page.url


def _narrow_chat(browser: Browser, address: str) -> None:
    page = _page(browser, PHONE)
    page.goto(address)
    page.locator(".row.in").nth(1).wait_for()
    _save(page, "chat-390.png")


def _ab(browser: Browser, server: WorkbenchServer) -> None:
    page = _page(browser, DESKTOP)
    page.goto(f"{server.url}/ab")
    page.get_by_role("button", name="Comparar", exact=True).click()
    page.locator(".js-plotly-plot .errorbar").first.wait_for(state="attached")
    _save(page, "ab.png")
    page.get_by_role("tab", name="Casos").click()
    page.locator(".phone.short .row.in").first.wait_for()
    _save(page, "ab-cases.png")


def _save(page: Page, name: str) -> None:
    page.evaluate("document.fonts.ready")
    page.mouse.move(0, 0)
    page.wait_for_timeout(1500)
    page.screenshot(path=str(IMAGES / name))


if __name__ == "__main__":
    main()
