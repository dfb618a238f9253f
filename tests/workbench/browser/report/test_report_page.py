"""The report as its readers open it: a file, without a server and without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.found import plans
from workbench.evaluation.findings import findings
from workbench.evaluation.report.experiment import write_report

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = findings([plans(range(12), "5000"), plans(range(2), "6000", intents=[19])], ["A", "B"])
    return write_report(found, tmp_path_factory.mktemp("report")).html


@pytest.fixture
def opened(browser: Browser, report: Path) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 860}, offline=True)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(report.as_uri())
    yield page
    assert problems == []
    context.close()


def test_a_number_shows_its_conversations(opened: Page):
    opened.get_by_role("link", name="12 mal").first.click()
    expect(opened.locator("#count")).to_have_text("12 de 20 conversaciones")
    expect(opened.locator("#chip")).to_contain_text("A: mal")
    opened.locator("#chip").click()
    expect(opened.locator("#count")).to_have_text("20 de 20 conversaciones")


def test_a_flip_shows_both_sides_with_what_differs(opened: Page):
    flip = opened.locator("#flips-0 details", has_text="case-05")
    flip.locator("summary").click()
    expect(flip.locator(".side")).to_have_count(2)
    expect(flip.locator("mark")).to_have_text(["$5000", "$6000"])
    expect(flip.get_by_role("row", name="Mensualidad")).to_contain_text("48 meses: $6,000")


def test_conversations_are_filtered(opened: Page):
    opened.get_by_label("Variante").select_option("B")
    opened.get_by_label("Resultado").select_option("mal")
    expect(opened.locator("#count")).to_have_text("3 de 20 conversaciones")
    opened.get_by_label("Buscar").fill("no such words")
    expect(opened.locator("#count")).to_have_text("0 de 20 conversaciones")


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(opened: Page, width: int):
    opened.set_viewport_size({"width": width, "height": 860})
    opened.locator("#flips-0 details summary").first.click()
    assert opened.evaluate("document.documentElement.scrollWidth") <= width


CUT = """[...document.querySelectorAll('.scroll')]
    .map((box) => [box.closest('section, details').textContent.trim().slice(0, 40), box.scrollWidth - box.clientWidth])
    .filter(([, hidden]) => hidden > 0)"""


@pytest.fixture(scope="module")
def long_names(tmp_path_factory: pytest.TempPathFactory) -> Path:
    names = ["Prompts de noviembre con el modelo local de 1.5B", "Prompts de diciembre con el modelo local de 1.5B"]
    found = findings([plans(range(12), "5000"), plans(range(2), "6000", intents=[19])], names)
    return write_report(found, tmp_path_factory.mktemp("names")).html


@pytest.mark.parametrize(("media", "width"), [("screen", 1280), ("print", 1039)])
def test_no_column_of_a_table_is_cut(browser: Browser, long_names: Path, media: str, width: int):
    """1039 px is A4 across, less its margins."""
    page = browser.new_page(viewport={"width": width, "height": 860})
    page.emulate_media(media=media)  # type: ignore[arg-type]
    page.goto(long_names.as_uri())
    assert page.get_by_text("Peor en", exact=True).last.is_visible()
    assert page.evaluate(CUT) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_it_prints_as_pdf(tmp_path: Path):
    found = findings([plans(range(3), "5000", cases=4), plans([], "6000", cases=4)], ["A", "B"])
    pdf = write_report(found, tmp_path, pdf=True).pdf
    assert pdf is not None and pdf.read_bytes().startswith(b"%PDF")
