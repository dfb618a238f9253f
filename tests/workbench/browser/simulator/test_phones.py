"""Several phones, customers that write by themselves, cases made of conversations, a killed server."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.fakes.workbench_server import WorkbenchServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def opened(context: BrowserContext, server: WorkbenchServer, query: str = "", phones: int = 1) -> Page:
    page = context.new_page()
    page.goto(f"{server.url}/{query}")
    expect(page.get_by_placeholder("Escribe un mensaje")).to_have_count(phones)
    return page


def phone(page: Page, number: int = 1) -> Locator:
    return page.locator(".phone").nth(number - 1)


def write(page: Page, text: str, number: int = 1) -> None:
    field = phone(page, number).get_by_placeholder("Escribe un mensaje")
    field.fill(text)
    field.press("Enter")


def test_one_customer_writes_on_three_phones_at_once(context: BrowserContext, server: WorkbenchServer):
    page = opened(context, server, "?telefonos=3&version2=offline-exacto", phones=3)
    write(page, "busco un versa")
    for number in (1, 2, 3):
        expect(phone(page, number).locator(".row.out")).to_have_count(1)
        expect(phone(page, number).locator(".row.in")).to_have_count(1)
    expect(phone(page, 2).locator(".name")).to_have_text("B · offline-exacto")
    phone(page, 2).locator(".row.in .bubble").click()
    expect(page.get_by_text("B · Turno 1 de 1")).to_be_visible()
    expect(page.get_by_text("Versión offline-exacto", exact=False)).to_be_visible()
    page.reload()
    for number in (1, 2, 3):
        expect(phone(page, number).locator(".row.in")).to_have_count(1)


def test_different_customers_have_a_phone_each(context: BrowserContext, server: WorkbenchServer):
    page = opened(context, server, "?telefonos=2&clientes=distintos", phones=2)
    write(page, "busco un jetta", 2)
    expect(phone(page, 2).locator(".row.in")).to_have_count(1)
    expect(phone(page, 1).locator(".row")).to_have_count(0)
    write(page, "hola", 1)
    expect(phone(page, 1).locator(".row.in")).to_have_count(1)
    expect(phone(page, 2).locator(".row.in")).to_have_count(1)


def test_a_simulated_customer_writes_by_itself_and_can_be_paused(context: BrowserContext, server: WorkbenchServer):
    page = opened(context, server)
    page.get_by_text("Clientes que escriben solos").click()
    page.get_by_role("button", name="Empezar").click()
    expect(phone(page).locator(".row.in").first).to_be_visible()
    expect(page.get_by_text("logró su meta", exact=False)).to_be_visible()
    page.get_by_role("button", name="Escribir yo").click()
    expect(page.get_by_role("button", name="Escribir yo")).to_have_count(0)


def test_a_conversation_becomes_a_case_without_personal_data(context: BrowserContext, server: WorkbenchServer):
    page = opened(context, server)
    write(page, "busco un versa, mi cel es 55 1234 5678")
    expect(phone(page).locator(".row.in")).to_have_count(1)
    page.get_by_role("button", name="Guardar como caso").click()
    why = page.get_by_role("textbox", name="Por qué es un caso")
    why.fill("dejó su teléfono sin que se lo pidieran")
    page.get_by_role("button", name="Guardar caso").click()
    expect(page.get_by_text("Caso guardado en «propios». ✅ Pasa.")).to_be_visible()
    expect(page.get_by_text("view more")).to_have_count(0)
    [file] = (server.data / "cases").glob("propio-busco-*.yaml")
    [case] = yaml.safe_load(file.read_text("utf-8"))
    assert case["why"] == "dejó su teléfono sin que se lo pidieran"
    assert "1234" not in file.read_text("utf-8")
    assert case["turns"][0]["expect"]["slots"]["model"] == "Versa"


def test_a_location_is_answered_and_a_message_that_arrives_twice_is_answered_once(
    context: BrowserContext, server: WorkbenchServer
):
    page = opened(context, server)
    page.get_by_text("Red y WhatsApp").click()
    page.get_by_text("Cada mensaje llega dos veces").click()
    page.get_by_role("button", name="Adjuntar").click()
    page.locator(".menu").get_by_role("button", name="Ubicación").click()
    expect(phone(page).locator(".row.in")).to_have_count(1)
    expect(phone(page).locator(".stub")).to_have_text("📍 Ubicación")
    expect(phone(page).get_by_text("Llegó dos veces; se contestó una")).to_be_visible()


def test_a_closed_window_is_shown_under_the_reply(context: BrowserContext, server: WorkbenchServer):
    page = opened(context, server)
    page.get_by_text("Red y WhatsApp").click()
    page.get_by_text("Ventana de 24 horas cerrada").click()
    write(page, "hola")
    expect(phone(page).get_by_text("WhatsApp no la entrega", exact=False)).to_be_visible()


def test_a_killed_server_answers_what_was_sent_before_and_meanwhile(
    start_workbench: Callable[[Path], WorkbenchServer], context: BrowserContext, tmp_path: Path
):
    own = start_workbench(tmp_path / "data")
    page = opened(context, own)
    page.get_by_text("Red y WhatsApp").click()
    slider = page.get_by_role("slider", name=re.compile("Retraso"))
    slider.focus()
    for _ in range(4):
        slider.press("ArrowRight")
    expect(page.get_by_text("20 s").first).to_be_visible()
    write(page, "busco un versa")
    expect(phone(page).locator("[data-ticks=sent]")).to_have_count(1)
    address = page.url
    page.close()
    own.stop()
    own.start()
    again = context.new_page()
    again.goto(address)
    expect(phone(again).locator(".row.out")).to_have_count(1)
    expect(phone(again).locator(".row.in")).to_have_count(1)

    again.reload()  # the whole page ran last: Streamlit's browser asks a server that is back for nothing
    expect(phone(again).locator(".row.in")).to_have_count(1)
    expect(again.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    own.stop()
    write(again, "gracias")
    expect(phone(again).locator("[data-ticks=pending]")).to_have_count(1)
    own.start()
    expect(phone(again).locator(".row.in")).to_have_count(2)
    expect(phone(again).locator("[data-ticks=pending]")).to_have_count(0)


def test_the_language_can_be_switched_and_stays(context: BrowserContext, server: WorkbenchServer):
    page = opened(context, server)
    page.get_by_test_id("stPopover").get_by_role("button").first.click()
    page.get_by_text("English").click()
    expect(page.get_by_text("Which bot answers")).to_be_visible()
    expect(page.get_by_placeholder("Type a message")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Which bot answers")).to_be_visible()


def test_what_a_catalogue_says_is_never_html(context: BrowserContext, server: WorkbenchServer, tmp_path: Path):
    header = "stock_id,km,price,make,model,year,version,bluetooth,largo,ancho,altura,car_play"
    attack = "<img src=x onerror=document.title='pwned'> **a** :red[b]"
    cars = tmp_path / "<b>autos<b>.csv"
    cars.write_text(f"{header}\n777,12000,123456,Nissan,Versa,2020,{attack},Sí,,,,\n", "utf-8")
    page = opened(context, server)
    page.locator("input[type=file]").set_input_files(cars)
    expect(page.get_by_text(re.compile("autos.*· 1 auto"))).to_be_visible()
    write(page, "busco un versa")
    expect(phone(page).locator(".row.in")).to_have_count(1)
    expect(phone(page).locator(".row.in")).to_contain_text("<img src=x")
    page.get_by_role("tab", name="Hechos").click()
    expect(page.get_by_text("Búsqueda en el catálogo")).to_be_visible()
    assert page.locator("img[src=x]").count() == 0
    assert "pwned" not in page.title()
