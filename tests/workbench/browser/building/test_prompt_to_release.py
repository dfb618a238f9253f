"""From an edited prompt to a candidate release, as people do it in the browser. Promotion is in product_day."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from bot_core.prompts.library import FilePromptLibrary
from bot_core.settings import Settings
from bot_core.store.store import Store, open_store
from tests.fakes.workbench_server import WorkbenchServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SIZE: ViewportSize = {"width": 1280, "height": 900}


@pytest.fixture
def server(start_workbench: Callable[[Path], WorkbenchServer], tmp_path: Path) -> Iterator[WorkbenchServer]:
    own = start_workbench(tmp_path / "data")
    yield own
    own.stop()


@pytest.fixture
def store(server: WorkbenchServer) -> Iterator[Store]:
    """The operational store as another process sees it, the WhatsApp worker for one."""
    opened = open_store(Settings(data_dir=server.data, database_url=None).store_url)
    yield opened
    opened.close()


def new_page(browser: Browser, url: str) -> Page:
    page = browser.new_page(viewport=SIZE, locale="es-MX")
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.goto(url)
    return page


def editor(page: Page, section: str) -> Locator:
    return page.locator(f"textarea[data-section={section}]")


def part(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).click()


def stored(store: Store, notes: str) -> None:
    """What was typed is in the store a moment later; what the page said before tells nothing of it."""
    pause = threading.Event()
    while [draft.text.notes for draft in store.drafts.list("financing")] != [notes]:
        pause.wait(0.05)


def new_draft(page: Page) -> None:
    page.get_by_role("button", name="Nuevo borrador").click()
    expect(editor(page, "objective")).to_be_editable()


def test_a_prompt_is_edited_and_published_and_its_candidate_needs_evidence(
    browser: Browser, server: WorkbenchServer, store: Store
):
    page = new_page(browser, f"{server.url}/prompts?agente=financing")
    new_draft(page)
    editor(page, "context").press("Control+End")
    editor(page, "context").press_sequentially("\n{{ precio }}")
    expect(page.get_by_text("Línea 6: la variable «precio» no existe")).to_be_visible()
    part(page, "Publicar")
    expect(page.get_by_role("button", name="Publicar v003")).to_be_disabled()

    part(page, "Texto")
    written = FilePromptLibrary().get("financing/v001").sections
    editor(page, "context").fill(written.context)
    editor(page, "objective").fill("Explicas la simulación con <b>pocas</b> palabras.")
    editor(page, "notes").fill("Más corto.")
    expect(page.get_by_text("no existe para este agente")).to_have_count(0)
    stored(store, "Más corto.")
    page.reload()
    expect(editor(page, "objective")).to_have_value("Explicas la simulación con <b>pocas</b> palabras.")

    part(page, "Comparar")
    expect(page.locator(".word-diff ins").first).to_contain_text("con <b>pocas</b> palabras")
    part(page, "Publicar")
    page.get_by_role("button", name="Publicar v003").click()
    page.get_by_role("button", name="Hacer candidata").click()
    link = page.get_by_role("link", name="Abrir en Versiones")
    expect(link).to_have_attribute("href", re.compile("candidata=offline-base-financing-v003"))
    assert store.prompts.get("financing/v003").notes == "Más corto."

    page.goto(f"{server.url}/versiones?candidata=offline-base-financing-v003")
    expect(page.get_by_text("Todavía no hay evidencia")).to_be_visible()
    expect(page.get_by_role("button", name="Publicar", exact=True)).to_have_count(0)
    expect(page.get_by_role("button", name="Correr la evidencia ahora")).to_be_enabled()
    assert store.releases.current().release_id == "offline-base"
    page.close()


def test_what_is_typed_just_before_a_reload_is_stored(browser: Browser, server: WorkbenchServer, store: Store):
    page = new_page(browser, f"{server.url}/prompts?agente=financing")
    new_draft(page)
    # Both in one go: no pause in which the editor could tell the server.
    editor(page, "notes").evaluate(
        """(area) => {
            area.value = "Antes de recargar.";
            area.dispatchEvent(new Event("input", { bubbles: true }));
            location.reload();
        }"""
    )
    stored(store, "Antes de recargar.")
    expect(editor(page, "notes")).to_have_value("Antes de recargar.")
    page.close()


def test_two_people_in_one_draft_see_each_other_and_lose_nothing(
    browser: Browser, server: WorkbenchServer, store: Store
):
    ana = new_page(browser, f"{server.url}/prompts?agente=sales")
    new_draft(ana)
    eva = new_page(browser, ana.url)
    expect(editor(eva, "format")).to_be_editable()

    editor(eva, "format").fill("Lo que escribió eva.")
    expect(eva.get_by_text("Guardado. Cambio 2")).to_be_visible()
    editor(ana, "format").fill("Lo que escribió ana.")
    expect(ana.get_by_text("guardó otro texto en este borrador")).to_be_visible()
    expect(ana.get_by_text("Lo que escribió eva.").first).to_be_visible()
    expect(ana.get_by_text("Lo que escribió ana.").first).to_be_visible()

    ana.get_by_role("button", name="Guardar el mío aparte").click()
    expect(editor(ana, "format")).to_have_value("Lo que escribió ana.")
    expect(editor(eva, "format")).to_have_value("Lo que escribió eva.")
    kept = {draft.text.format for draft in store.drafts.list("sales")}
    assert kept == {"Lo que escribió ana.", "Lo que escribió eva."}
    ana.close()
    eva.close()


def test_a_hostile_prompt_is_only_ever_text(browser: Browser, server: WorkbenchServer):
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script> **no negritas** <mensaje_cliente>"
    page = new_page(browser, f"{server.url}/prompts?agente=greeting")
    new_draft(page)
    editor(page, "warnings").fill(hostile)
    expect(page.get_by_text("Guardado. Cambio 2")).to_be_visible()
    part(page, "Comparar")
    expect(page.locator(".word-diff ins").first).to_be_visible()
    assert page.locator(".word-diff img, .word-diff script").count() == 0
    part(page, "Probar")
    expect(page.locator("code", has_text="onerror=alert(1)").first).to_be_visible()
    assert page.locator("img[src=x]").count() == 0
    page.close()


def test_what_is_typed_right_before_a_button_is_pressed_counts(browser: Browser, server: WorkbenchServer, store: Store):
    """The field tells its value when it is left, and that is the press itself."""
    page = new_page(browser, f"{server.url}/versiones?candidata=offline-exacto")
    page.get_by_text("Publicar sin evidencia suficiente").click()
    exception = page.get_by_role("textbox", name="Motivo de la excepción")
    page.get_by_role("button", name="Publicar de todos modos").click()
    expect(page.get_by_text("escribe el motivo de la excepción")).to_be_visible()
    expect(exception).to_be_visible()
    exception.fill("se cayó el proveedor")
    page.get_by_role("button", name="Publicar de todos modos").click()
    expect(page.get_by_text("Hoy contesta offline-exacto", exact=True)).to_be_visible()

    other = new_page(browser, f"{server.url}/versiones")
    for tab in (page, other):
        tab.get_by_role("button", name="Regresar a offline-base").click()
        tab.get_by_role("textbox", name="Motivo").fill("ya volvió")
    page.get_by_role("button", name="Regresar", exact=True).click()
    expect(page.get_by_text("Hoy contesta offline-base", exact=True)).to_be_visible()
    other.get_by_role("button", name="Regresar", exact=True).click()
    expect(other.get_by_text("Alguien más lo cambió")).to_be_visible()
    assert [line.reason for line in store.releases.history()] == ["se cayó el proveedor", "ya volvió"]

    page.goto(f"{server.url}/prompts?agente=financing&parte=publish")
    page.get_by_role("textbox", name="Nombre de la candidata").fill("con-otro-nombre")
    page.get_by_role("button", name="Hacer candidata").click()
    expect(page.get_by_role("link", name="Abrir en Versiones")).to_be_visible()
    assert "con-otro-nombre" in store.releases.authors()
    for tab in (page, other):
        tab.close()
