"""The pictures of docs/prompts.md and docs/releases.md: `python -m tests.workbench.browser.building.take_screenshots`.
Look at them. With "prompts", "models" or "releases" behind it, only those."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.fakes.workbench_server import CHROMIUM, FLAGS, ROOT, WorkbenchServer

IMAGES = ROOT / "docs" / "img"
DESKTOP = (1280, 940)
PHONE = (390, 844)
EVIDENCE_TIMEOUT = 400_000


def main() -> None:
    environment = {"LOGNAME": "Ana", "OPENAI_API_KEY": "not-a-key", "OLLAMA_HOST": "http://127.0.0.1:9"}
    with (
        tempfile.TemporaryDirectory() as folder,
        WorkbenchServer(Path(folder), environment) as server,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        pictures = {"prompts": _prompts, "models": _models, "releases": _releases}
        for name in sys.argv[1:] or pictures:
            pictures[name](browser, server)
        browser.close()


def _page(browser: Browser, size: tuple[int, int], scheme: str = "light") -> Page:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="es-MX",
        timezone_id="America/Mexico_City",
        color_scheme="dark" if scheme == "dark" else "light",
        device_scale_factor=1.5,
    )
    page = context.new_page()
    page.set_default_timeout(90_000)
    return page


def _prompts(browser: Browser, server: WorkbenchServer) -> None:
    page = _page(browser, DESKTOP)
    page.goto(f"{server.url}/prompts?agente=financing")
    page.get_by_role("button", name="Nuevo borrador").click()
    context = page.locator("textarea[data-section=context]")
    context.press("Control+End")
    context.press_sequentially("\n{{ precio }}")
    page.get_by_text("no existe para este agente").wait_for()
    _save(page, "prompts-edit.png")
    draft = page.url
    narrow = _page(browser, PHONE, "dark")
    narrow.goto(draft)
    narrow.get_by_text("no existe para este agente").wait_for()
    _save(narrow, "prompts-390-dark.png")
    page.goto(f"{server.url}/prompts?prompt=financing/v002&parte=compare")
    page.locator(".word-diff").nth(3).wait_for()
    _save(page, "prompts-compare.png")
    page.set_viewport_size({"width": 1280, "height": 1320})
    page.goto(f"{server.url}/prompts?agente=financing&parte=try")
    page.get_by_role("button", name="Probar el mensaje").click()
    page.get_by_text("Cómo se hizo").wait_for()
    _save(page, "prompts-try.png")


def _models(browser: Browser, server: WorkbenchServer) -> None:
    page = _page(browser, DESKTOP)
    page.goto(f"{server.url}/modelos")
    page.set_viewport_size({"width": 1280, "height": 1220})
    page.get_by_text("Ollama", exact=True).wait_for()
    page.get_by_test_id("stDataFrame").wait_for()
    _save(page, "models.png")


def _releases(browser: Browser, server: WorkbenchServer) -> None:
    page = _page(browser, DESKTOP)
    _gather(page, f"{server.url}/versiones?candidata=local-v2", "La evidencia no alcanza")
    _save(page, "releases-refused.png")
    page.goto(f"{server.url}/prompts?prompt=financing/v002&parte=publish")
    page.get_by_role("button", name="Hacer candidata").click()
    page.get_by_text("Candidata lista").wait_for()
    _gather(page, f"{server.url}/versiones?candidata=offline-base-financing-v002", "La evidencia permite publicarla")
    page.get_by_text("Qué se comparó").click()
    page.get_by_test_id("stDataFrame").wait_for()
    _save(page, "releases-allowed.png")
    narrow = _page(browser, PHONE, "dark")
    narrow.goto(page.url)
    narrow.get_by_role("button", name="Publicar", exact=True).wait_for()
    narrow.get_by_role("radio", name="Historial").wait_for()
    narrow.get_by_text("Abrir el experimento").wait_for()
    _save(narrow, "releases-390-dark.png")


def _gather(page: Page, address: str, verdict: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Correr la evidencia ahora").click()
    page.get_by_text(verdict).wait_for(timeout=EVIDENCE_TIMEOUT)


def _save(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    page.wait_for_timeout(600)
    page.screenshot(path=IMAGES / name)


if __name__ == "__main__":
    main()
