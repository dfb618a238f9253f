"""The simulator as a person uses it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy_financial
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from bot_core.settings import PROJECT_ROOT
from bot_core.store.records import FeedbackValue
from bot_core.store.store import Store, open_store
from tests.fakes.model_server import ModelServer
from tests.fakes.workbench_server import WorkbenchServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

EXAMPLE = "hola, busco un nisan vversa de menos de 250 mil y cuánto pagaría al mes a 48 meses con 50 mil de enganche"
ATTACK = (
    "<img src=x onerror=\"document.title='pwned'\"><script>document.title='pwned'</script> "
    "**a** [b](javascript:1) :red[c] $x$"
)
HEADER = "stock_id,km,price,make,model,year,version,bluetooth,largo,ancho,altura,car_play"


@dataclass(frozen=True)
class Phone:
    page: Page

    @property
    def field(self) -> Locator:
        return self.page.get_by_placeholder("Escribe un mensaje")

    @property
    def replies(self) -> Locator:
        return self.page.locator(".row.in")

    @property
    def sent(self) -> Locator:
        return self.page.locator(".row.out")

    def write(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    def reply(self, number: int) -> str:
        """Text of the bot's message number `number`, from 1, when it is there."""
        expect(self.replies).to_have_count(number)
        return self.replies.nth(number - 1).locator(".text").inner_text()


@pytest.fixture
def phone(page: Page) -> Phone:
    return Phone(page)


@pytest.fixture
def store(server: WorkbenchServer) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{server.data / 'kavak.db'}")
    yield opened
    opened.close()


@pytest.fixture
def held_model(model_server: ModelServer) -> Iterator[ModelServer]:
    """A model that does not answer until the test says so."""
    model_server.reset()
    model_server.hold()
    yield model_server
    model_server.release()


def choose_model(page: Page, label: re.Pattern[str]) -> None:
    page.get_by_role("combobox", name=re.compile("^Modelo")).click()
    page.get_by_role("option", name=label).click()


def catalog_rows() -> list[dict[str, str]]:
    path = PROJECT_ROOT / "datasets" / "catalog" / "sample_catalog.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def conversation_of(page: Page) -> str:
    found = re.search(r"conversacion=(\w+)", page.url)
    assert found
    return found[1]


def said(store: Store, conversation: str) -> list[str]:
    return [message.text for turn in store.conversations.turns(conversation) for message in turn.messages]


def payment(price: float, down: float, months: int) -> str:
    """An independent reference: numpy-financial, not the product's own code."""
    return f"${-numpy_financial.pmt(0.10 / 12, months, price - down):,.2f}"


def listed(reply: str) -> list[tuple[str, float]]:
    """Name and price of the cars of a numbered list."""
    found = re.findall(r"^\d\. (.+?) — \$([\d,]+(?:\.\d\d)?)", reply, re.MULTILINE)
    return [(name, float(price.replace(",", ""))) for name, price in found]


def test_the_example_of_the_brief_is_answered_with_real_cars_and_right_payments(phone: Phone):
    phone.write(EXAMPLE)
    reply = phone.reply(1)
    cars = listed(reply)
    stock = [row for row in catalog_rows() if row["make"] == "Nissan" and row["model"] == "Versa"]
    assert len(cars) >= 2
    for name, price in cars:
        assert name.startswith("Nissan Versa")
        assert price < 250_000
        assert any(float(row["price"]) == price and row["version"] in name and row["year"] in name for row in stock)
        assert payment(price, 50_000, 48) in reply
    assert "simulación" in reply.lower()

    phone.write("el segundo a 60 meses")
    second_name, second_price = cars[1]
    reply = phone.reply(2)
    assert second_name in reply
    assert payment(second_price, 50_000, 60) in reply


def test_the_trace_of_the_selected_reply_is_beside_the_phone(phone: Phone, page: Page):
    phone.write(EXAMPLE)
    phone.reply(1)
    phone.write("gracias")
    phone.reply(2)
    expect(page.get_by_text("Turno 2 de 2")).to_be_visible()
    phone.replies.nth(0).locator(".bubble").click()
    expect(page.get_by_text("Turno 1 de 2")).to_be_visible()
    expect(page.get_by_text("Buscar auto", exact=False).first).to_be_visible()
    page.get_by_role("tab", name="Modelo").click()
    expect(page.get_by_text("interpretar", exact=False).first).to_be_visible()
    expect(phone.replies.nth(0).locator(".bubble.selected")).to_have_count(1)
    expect(phone.replies.nth(1).locator(".bubble.selected")).to_have_count(0)


def test_a_reload_in_the_middle_of_a_reply_loses_nothing(phone: Phone, page: Page, held_model: ModelServer):
    choose_model(page, re.compile("qwen2.5:3b"))
    phone.write("hola")
    held_model.wait_for_chats(1)
    expect(page.locator(".typing")).to_be_visible()
    expect(page.locator(".status")).to_have_text("escribiendo…")
    page.reload()
    expect(phone.sent).to_have_count(1)
    expect(page.locator(".typing")).to_be_visible()
    held_model.release()
    assert "asistente de Kavak" in phone.reply(1)
    expect(page.locator(".typing")).to_be_hidden()
    expect(page.locator(".status")).to_have_text("en línea")
    page.reload()
    assert "asistente de Kavak" in phone.reply(1)
    assert len(held_model.chats) == 2


def test_touching_another_widget_in_the_middle_of_a_reply_loses_nothing(
    phone: Phone, page: Page, held_model: ModelServer
):
    choose_model(page, re.compile("qwen2.5:3b"))
    phone.write("hola")
    held_model.wait_for_chats(1)
    choose_model(page, re.compile("El de la versión"))
    page.get_by_role("combobox", name=re.compile("^Versión del bot")).click()
    page.get_by_role("option", name="offline-exacto").click()
    held_model.release()
    assert "asistente de Kavak" in phone.reply(1)
    assert len(held_model.chats) == 2


def test_messages_sent_in_the_meantime_are_answered_together_in_order(
    phone: Phone, page: Page, held_model: ModelServer, store: Store
):
    choose_model(page, re.compile("qwen2.5:3b"))
    phone.write("hola")
    held_model.wait_for_chats(1)
    phone.write("busco un jetta")
    phone.write("rojo")
    expect(phone.sent).to_have_count(3)
    expect(page.locator(".row.out svg.delivered")).to_have_count(2)
    held_model.release()
    expect(phone.replies).to_have_count(2)
    turns = store.conversations.turns(conversation_of(page))
    assert [[message.text for message in turn.messages] for turn in turns] == [["hola"], ["busco un jetta", "rojo"]]
    expect(page.locator(".row.out svg.read")).to_have_count(3)


def test_a_second_tab_shows_the_same_conversation(phone: Phone, page: Page, context: BrowserContext):
    phone.write("hola")
    reply = phone.reply(1)
    other = context.new_page()
    other.goto(page.url)
    assert Phone(other).reply(1) == reply


def test_a_good_rating_is_stored(phone: Phone, page: Page, store: Store):
    phone.write("hola")
    phone.reply(1)
    up = phone.replies.nth(0).get_by_role("button", name="Buena respuesta")
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("Gracias, quedó guardada")).to_be_visible()
    tracking_id = phone.replies.nth(0).get_attribute("data-message")
    assert tracking_id
    assert [(given.value, given.source) for given in store.feedback.of(tracking_id)] == [
        (FeedbackValue.UP, "workbench")
    ]
    page.reload()
    expect(phone.replies.nth(0).get_by_role("button", name="Buena respuesta")).to_have_attribute("aria-pressed", "true")


def test_html_scripts_and_markdown_of_a_message_are_shown_as_text(phone: Phone, page: Page):
    phone.write(ATTACK)
    phone.reply(1)
    assert phone.sent.nth(0).locator(".text").inner_text() == ATTACK
    assert page.locator(".row.out .text :is(img, script, a)").count() == 0
    for tab in ("Intenciones", "Hechos", "Modelo", "Controles"):
        page.get_by_role("tab", name=tab).click()
    page.get_by_role("button", name=re.compile("Nueva conversación")).click()
    expect(page.locator(".empty")).to_be_visible()
    expect(page.get_by_test_id("stSidebar").get_by_text("<img src=x", exact=False).first).to_be_visible()
    assert page.locator("[data-testid=stSidebar] img[src=x]").count() == 0
    assert page.title() != "pwned"


def test_whatsapp_formatting_is_drawn(phone: Phone):
    phone.write("*negrita* _cursiva_ ~tachado~ 2*3*4 **así no** `x*y*`")
    text = phone.sent.nth(0).locator(".text")
    assert text.locator("strong").inner_text() == "negrita"
    assert text.locator("em").inner_text() == "cursiva"
    assert text.locator("s").inner_text() == "tachado"
    assert text.locator("code").inner_text() == "x*y*"
    assert text.inner_text() == "negrita cursiva tachado 2*3*4 **así no** x*y*"


def test_shift_enter_is_a_new_line_and_the_field_keeps_the_focus(phone: Phone):
    phone.field.press_sequentially("hola")
    phone.field.press("Shift+Enter")
    phone.field.press_sequentially("¿hay jettas?")
    expect(phone.sent).to_have_count(0)
    phone.field.press("Enter")
    phone.reply(1)
    assert phone.sent.nth(0).locator(".text").inner_text() == "hola\n¿hay jettas?"
    expect(phone.field).to_be_focused()
    expect(phone.field).to_have_value("")


def test_a_quick_reply_is_sent_as_what_it_says(phone: Phone):
    phone.write("hola")
    phone.reply(1)
    button = phone.replies.nth(0).locator(".replies button").first
    title = button.inner_text()
    button.click()
    phone.reply(2)
    assert phone.sent.nth(1).locator(".text").inner_text() == title
    expect(button).to_be_disabled()


def test_the_end_of_the_conversation_stays_in_view_unless_the_reader_scrolled_up(phone: Phone, page: Page):
    for number in range(1, 5):
        phone.write(EXAMPLE if number == 1 else "muéstrame más versas")
        phone.reply(number)
    expect(phone.replies.nth(3)).to_be_in_viewport()
    page.locator(".chat").hover()
    page.mouse.wheel(0, -5000)
    expect(phone.sent.nth(0)).to_be_in_viewport()
    to_end = page.get_by_role("button", name="Ir al último mensaje")
    to_end.click()
    expect(phone.replies.nth(3)).to_be_in_viewport()
    expect(to_end).to_be_hidden()


def test_a_broken_catalogue_names_row_and_column_and_the_old_one_stays(phone: Phone, page: Page, tmp_path: Path):
    broken = tmp_path / "roto.csv"
    broken.write_text(f"{HEADER}\n1,10,mucho,Nissan,Versa,2019,S,,,,,\n2,x,200000,Nissan,Versa,2019,S,,,,,\n", "utf-8")
    page.locator("input[type=file]").set_input_files(broken)
    error = page.get_by_test_id("stSidebar").get_by_test_id("stAlert")
    expect(error).to_contain_text("roto.csv")
    expect(error).to_contain_text("Fila 2, columna price: 'mucho' no es un número")
    expect(error).to_contain_text("Fila 3, columna km: 'x' no es un número")
    expect(page.get_by_text(re.compile("Catálogo de ejemplo · "))).to_be_visible()
    phone.write("busco un versa")
    assert "Versa" in phone.reply(1)


def test_a_good_catalogue_answers_from_the_next_message_on_and_after_a_reload(phone: Phone, page: Page, tmp_path: Path):
    cars = tmp_path / "mis autos.csv"
    cars.write_text(f"{HEADER}\n777,12000,123456,Nissan,Versa,2020,SENSE UNICO AUTO,Sí,,,,\n", "utf-8")
    page.locator("input[type=file]").set_input_files(cars)
    expect(page.get_by_text("mis autos.csv · 1 auto")).to_be_visible()
    page.reload()
    expect(page.get_by_text("mis autos.csv · 1 auto")).to_be_visible()
    phone.write("busco un versa")
    assert "$123,456" in phone.reply(1)
    page.get_by_role("button", name="Volver al catálogo de ejemplo").click()
    expect(page.get_by_text(re.compile("Catálogo de ejemplo · "))).to_be_visible()


def test_earlier_conversations_can_be_opened_again(phone: Phone, page: Page):
    phone.write("hola, soy la conversación vieja")
    reply = phone.reply(1)
    page.get_by_role("button", name=re.compile("Nueva conversación")).click()
    expect(phone.replies).to_have_count(0)
    page.get_by_role("button", name=re.compile("soy la conversación")).first.click()
    assert phone.reply(1) == reply


def test_what_is_written_right_after_opening_a_new_conversation_belongs_to_the_new_one(
    phone: Phone, page: Page, store: Store
):
    phone.write("hola, soy la de antes")
    phone.reply(1)
    before = conversation_of(page)
    new = page.get_by_role("button", name=re.compile("Nueva conversación"))
    # Both in one go: the server has not yet heard of the click when Enter is pressed.
    page.evaluate(
        """([button, field]) => {
            button.click();
            field.value = "hola, soy la nueva";
            field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
        }""",
        [new.element_handle(), phone.field.element_handle()],
    )
    expect(phone.sent).to_have_text([re.compile("hola, soy la nueva")])
    phone.reply(1)
    expect(page).not_to_have_url(re.compile(before))
    assert said(store, before) == ["hola, soy la de antes"]
    assert said(store, conversation_of(page)) == ["hola, soy la nueva"]
    page.get_by_role("button", name=re.compile("soy la de antes")).first.click()
    expect(phone.sent).to_have_text([re.compile("hola, soy la de antes")])
    phone.write("sigo aquí")
    phone.reply(2)
    assert said(store, before) == ["hola, soy la de antes", "sigo aquí"]


def test_a_narrow_screen_has_the_whole_phone_and_nothing_beside_it(phone: Phone, page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    phone.write(EXAMPLE)
    phone.reply(1)
    box = page.locator(".phone").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(phone.field).to_be_in_viewport()
