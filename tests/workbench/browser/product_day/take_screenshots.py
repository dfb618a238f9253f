"""The pictures of docs/guia-producto.md: `python -m tests.workbench.browser.product_day.take_screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.fakes.workbench_server import CHROMIUM, FLAGS, ROOT, WorkbenchServer
from tests.workbench.browser.product_day.day import Day

IMAGES = ROOT / "docs" / "img"


def main() -> None:
    expect.set_options(timeout=90_000)
    nowhere = {"OPENAI_API_KEY": "", "OLLAMA_HOST": "http://127.0.0.1:9"}
    with (
        tempfile.TemporaryDirectory() as folder,
        WorkbenchServer(Path(folder) / "data", nowhere) as server,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="es-MX")
        page.set_default_timeout(90_000)
        day = Day(page, server, _shoot)
        day.own_cars(Path(folder))
        for step in (
            day.chat,
            day.change_a_prompt,
            day.compare,
            day.read_the_flips,
            day.promote,
            day.whatsapp,
            day.dislike,
            day.review,
            day.save_as_case,
        ):
            step()
        browser.close()


def _shoot(page: Page, name: str) -> None:
    page.evaluate("document.fonts.ready")
    page.mouse.move(0, 0)
    page.wait_for_timeout(2500)  # charts and tables are drawn after the last text
    page.screenshot(path=str(IMAGES / f"guia-{name}.png"))


if __name__ == "__main__":
    main()
