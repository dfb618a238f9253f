"""Conversaciones, Monitoreo and Revisión as people use them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot_core.messages import InboundMessage
from bot_core.store.records import Feedback, FeedbackValue
from bot_core.store.reviews import ReviewVerdict
from bot_core.store.store import Store, open_store
from tests.fakes.activity import talk
from tests.fakes.turns import finished_turn
from tests.fakes.workbench_server import WorkbenchServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ATTACK = (
    "<img src=x onerror=\"document.title='pwned'\"> **a** [b](javascript:1) :red[c] "
    "<script>document.title='pwned'</script>"
)

SHORTCODES = ":hola precio:caro :red[x] :smile: :material/home: :streamlit: 13:47 fin"


@pytest.fixture(scope="module")
def server(
    start_workbench: Callable[[Path], WorkbenchServer], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WorkbenchServer]:
    started = start_workbench(tmp_path_factory.mktemp("operations"))
    yield started
    started.stop()


@pytest.fixture
def store(server: WorkbenchServer) -> Iterator[Store]:
    """The server's own, without the conversations of the tests before."""
    opened = open_store(f"sqlite:///{server.data / 'kavak.db'}")
    for one in opened.activity.before(limit=1000):
        opened.erasure.erase(one.channel, one.customer_key)
    yield opened
    opened.close()


@pytest.fixture
def tab(context: BrowserContext) -> Page:
    return context.new_page()


def button(page: Page, name: str, *, exact: bool = True) -> None:
    page.get_by_role("button", name=name, exact=exact).click()


def test_a_conversation_is_found_opened_and_erased_once_somebody_is_sure(
    tab: Page, server: WorkbenchServer, store: Store
):
    talk(store, "¿Tienen un Jetta automático?", "gracias", conversation_id="jetta")
    talk(store, "hola", conversation_id="otra")
    tab.goto(f"{server.url}/conversaciones")
    tab.get_by_role("textbox", name="Buscar").fill("AUTOMATICO jetta")
    tab.get_by_role("textbox", name="Buscar").press("Enter")
    expect(tab.get_by_role("button", name="hola")).to_have_count(0)
    button(tab, "¿Tienen un Jetta automático?")
    expect(tab.locator(".row.in")).to_have_count(2)
    explained = tab.get_by_role("combobox", name="Turno que se explica")
    expect(explained).to_have_value("1 · ¿Tienen un Jetta automático?")
    tab.reload()
    expect(tab.locator(".row.in")).to_have_count(2)

    with tab.expect_download() as download:
        button(tab, "Exportar")
    exported = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert [one["conversation_id"] for one in exported["conversations"]] == ["jetta"]

    button(tab, "Borrar cliente")
    erase = tab.get_by_role("button", name="Borrar", exact=True)
    expect(erase).to_be_disabled()
    tab.get_by_text("Entiendo que no se puede deshacer").click()
    erase.click()
    expect(tab.get_by_text("Ninguna conversación coincide")).to_be_visible()
    assert store.activity.tracking_ids() == {"otra-1"}


def test_a_live_conversation_appears_and_grows_while_it_is_open(tab: Page, server: WorkbenchServer, store: Store):
    tab.goto(f"{server.url}/conversaciones")
    expect(tab.get_by_text("Aún no hay conversaciones")).to_be_visible()
    talk(store, "hola, soy nueva", conversation_id="viva", channel="whatsapp")
    button(tab, "hola, soy nueva")
    expect(tab.locator(".row.in")).to_have_count(1)
    talk(store, "¿sigues ahí?", conversation_id="viva")
    expect(tab.locator(".row.in")).to_have_count(2)


def test_the_turn_that_is_explained_is_marked_and_in_view(tab: Page, server: WorkbenchServer, store: Store):
    talk(store, *(f"mensaje número {number}" for number in range(1, 31)), conversation_id="larga")
    tab.goto(f"{server.url}/conversaciones?charla=larga&turno=larga-3")
    marked = tab.locator(".bubble.selected")
    expect(marked).to_have_count(1)
    expect(tab.locator("[data-message=larga-3-reply] .selected")).to_be_in_viewport()
    expect(tab.locator("[data-message=larga-30-reply]")).not_to_be_in_viewport()
    # Whoever scrolls on is left alone, also when the conversation grows.
    tab.locator(".to-end").click()
    talk(store, "uno más", conversation_id="larga")
    expect(tab.locator("[data-message=larga-31-reply]")).to_be_in_viewport()
    explained = tab.get_by_role("combobox", name="Turno que se explica")
    explained.click()
    tab.get_by_role("option", name="8 · mensaje número 8").click()
    expect(tab.locator("[data-message=larga-8-reply] .selected")).to_be_in_viewport()
    expect(marked).to_have_count(1)
    tab.reload()
    expect(tab.locator("[data-message=larga-8-reply] .selected")).to_be_in_viewport()


def test_the_reply_that_is_reviewed_is_read_from_its_beginning(tab: Page, server: WorkbenchServer, store: Store):
    talk(store, *(f"mensaje número {number}" for number in range(1, 9)), conversation_id="larga")
    long = "\n".join(f"línea {number}" for number in range(1, 61))
    conversation = store.conversations.get("larga")
    turn = finished_turn(conversation.state, long, tracking_id="larga-9")
    store.conversations.append_turn("larga", [InboundMessage(text="todo")], turn, expected_version=conversation.version)
    for address in ("revision?charla=larga&turno=larga-9", "conversaciones?charla=larga&turno=larga-9"):
        tab.goto(f"{server.url}/{address}")
        reply = tab.locator("[data-message=larga-9-reply] .selected")
        expect(reply).to_be_in_viewport()
        chat, bubble = tab.locator(".phone .chat").bounding_box(), reply.bounding_box()
        assert chat
        assert bubble
        assert bubble["height"] > chat["height"]
        assert 0 <= bubble["y"] - chat["y"] < chat["height"] / 2, (
            "it begins at the top of the phone, below the question"
        )
        expect(tab.get_by_text("todo", exact=True)).to_be_in_viewport()


def test_a_thumb_down_is_reviewed_by_keyboard(tab: Page, server: WorkbenchServer, store: Store):
    for number in range(3):
        talk(store, f"mensaje {number}", conversation_id=f"c{number}")
        store.feedback.give(Feedback(tracking_id=f"c{number}-1", value=FeedbackValue.DOWN, source="customer"))
    tab.goto(f"{server.url}/revision")
    place = re.compile(r"^1 de 3")
    expect(tab.get_by_text(place)).to_be_visible()
    expect(tab.locator(".row.in")).to_be_visible()
    # Letters that somebody types in a field are no commands.
    tab.get_by_role("textbox", name="Notas").fill("rara jja")
    tab.get_by_role("textbox", name="Notas").press("Tab")
    expect(tab.get_by_text(place)).to_be_visible()
    tab.get_by_role("heading", name="Revisión").click()
    tab.keyboard.press("2")
    expect(tab.get_by_role("radio", name="2", exact=True)).to_be_checked()
    tab.keyboard.press("r")
    expect(tab.get_by_text("2 de 3 · revisadas por ti: 1")).to_be_visible()
    tab.keyboard.press("j")
    expect(tab.get_by_text(re.compile(r"^3 de 3"))).to_be_visible()
    tab.keyboard.press("k")
    tab.keyboard.press("k")
    expect(tab.get_by_text(re.compile(r"^1 de 3"))).to_be_visible()
    expect(tab.get_by_text(re.compile(r"✗ Rechazada · 2/5 · rara jja"))).to_be_visible()
    [stored] = store.annotations.list()
    assert (stored.verdict, stored.rating, stored.notes) == (ReviewVerdict.FAIL, 2, "rara jja")


def test_what_could_not_be_answered_leads_to_the_conversation(tab: Page, server: WorkbenchServer, store: Store):
    absent = {"kind": "car_search", "cars": [], "absent": [{"make": "Tesla"}]}
    talk(store, "¿tienen tesla?", conversation_id="tesla", facts=[absent])
    tab.goto(f"{server.url}/monitoreo?periodo=hour")
    expect(tab.locator(".js-plotly-plot").first).to_be_visible()
    tab.get_by_role("tab", name="Lo que no pudo contestar").click()
    button(tab, "¿tienen tesla?")
    expect(tab).to_have_url(re.compile(r"/conversaciones\?.*charla=tesla"))
    expect(tab.locator(".row.in")).to_have_count(1)
    button(tab, "Revisar")
    expect(tab).to_have_url(re.compile(r"/revision\?.*turno=tesla-1"))
    expect(tab.get_by_role("button", name="Aprobar")).to_be_enabled(timeout=60_000)


def test_what_people_wrote_stays_text_on_every_page(tab: Page, server: WorkbenchServer, store: Store):
    absent = {"kind": "car_search", "cars": [], "absent": [{"make": ATTACK}]}
    talk(store, ATTACK, conversation_id="ataque", profile_name="**Eva** <b>", facts=[absent])
    talk(store, SHORTCODES, conversation_id="dos puntos")
    store.feedback.give(Feedback(tracking_id="ataque-1", value=FeedbackValue.DOWN, source="customer"))
    tab.goto(f"{server.url}/conversaciones")
    expect(tab.get_by_role("button", name="<img src=x", exact=False)).to_be_visible()
    shown = tab.get_by_role("button", name="precio").inner_text()
    assert shown.replace("\u2060", "") == SHORTCODES
    for address in ("conversaciones?charla=ataque", "revision"):
        tab.goto(f"{server.url}/{address}")
        expect(tab.locator(".row.in")).to_have_count(1)
        expect(tab.locator(".row.out .text")).to_contain_text("**a** [b](javascript:1) :red[c] <script>")
    tab.goto(f"{server.url}/monitoreo?periodo=hour")
    tab.get_by_role("tab", name="Lo que no pudo contestar").click()
    expect(tab.get_by_role("button", name="<img src=x", exact=False)).to_be_visible()
    assert tab.title() != "pwned"
    assert tab.locator("img[src=x]").count() == 0
