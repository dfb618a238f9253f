"""Pictures of Conversaciones, Monitoreo and Revisión: `python -m tests.workbench.browser.operations.take_screenshots`.
Look at them; with a folder as argument they go there instead of docs/img."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.conversation_pages import fill
from bot_core.store.records import Feedback, FeedbackValue
from bot_core.store.reviews import Annotation, ReviewVerdict
from bot_core.store.store import Store, open_store
from tests.fakes.workbench_server import CHROMIUM, FLAGS, ROOT, WorkbenchServer

expect.set_options(timeout=60_000)
SIZES = {"": (1280, 900), "-390": (390, 844)}
CONVERSATIONS = 400


def main() -> None:
    images = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "img"
    images.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        store = open_store(f"sqlite:///{data / 'kavak.db'}")
        fill(store, CONVERSATIONS, days=6)
        _opinions(store)
        store.close()
        nowhere = {"OPENAI_API_KEY": "", "OLLAMA_HOST": "http://127.0.0.1:9"}
        with WorkbenchServer(data, nowhere) as server, sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
            for name, page in _pages(browser):
                _take(page, server, images, name)
            browser.close()


def _opinions(store: Store) -> None:
    """Two people on the same replies."""
    turns = [one.turn for one in store.activity.before(limit=120)]
    for number, turn in enumerate(turns[:30]):
        store.feedback.give(Feedback(tracking_id=turn.tracking_id, value=FeedbackValue.DOWN, source="workbench"))
        for annotator, every in (("Ana", 3), ("Eva", 4)):
            verdict = ReviewVerdict.FAIL if number % every == 0 else ReviewVerdict.PASS
            store.annotations.put(
                Annotation(
                    tracking_id=turn.tracking_id,
                    annotator=annotator,
                    conversation_id=turn.conversation_id,
                    verdict=verdict,
                    rating=2 if verdict is ReviewVerdict.FAIL else 4,
                )
            )


def _pages(browser: Browser) -> Iterator[tuple[str, Page]]:
    for suffix, (width, height) in SIZES.items():
        for scheme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": width, "height": height},
                locale="es-MX",
                timezone_id="America/Mexico_City",
                color_scheme=scheme,
                device_scale_factor=1.5,
            )
            page = context.new_page()
            page.set_default_timeout(60_000)
            yield f"{suffix}{'-dark' if scheme == 'dark' else ''}", page
            context.close()


def _take(page: Page, server: WorkbenchServer, images: Path, suffix: str) -> None:
    page.goto(f"{server.url}/conversaciones?filtro=words%3Dversa")
    expect(page.get_by_text("conversaciones", exact=False).first).to_be_visible(timeout=60_000)
    expect(page.locator("[class*=st-key-conversation-]").first).to_be_visible(timeout=60_000)
    _save(page, images / f"conversations{suffix}.png")
    page.locator("[class*=st-key-open-] button:visible").first.click()
    expect(page.locator(".row.in").first).to_be_visible()
    _save(page, images / f"conversation-open{suffix}.png")
    page.goto(f"{server.url}/monitoreo?periodo=week")
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=60_000)
    _save(page, images / f"monitoring{suffix}.png")
    page.get_by_role("tab", name="Lo que no pudo contestar").click()
    expect(page.get_by_role("button", name="Ver todas").first).to_be_visible()
    _save(page, images / f"monitoring-unanswered{suffix}.png")
    page.goto(f"{server.url}/revision?muestra=down")
    expect(page.get_by_role("button", name="Aprobar")).to_be_visible(timeout=60_000)
    expect(page.locator(".row.in").first).to_be_visible()
    _save(page, images / f"review{suffix}.png")


def _save(page: Page, path: Path) -> None:
    page.evaluate("document.fonts.ready")
    page.mouse.move(0, 0)
    page.wait_for_timeout(1500)
    page.screenshot(path=str(path))


if __name__ == "__main__":
    main()
