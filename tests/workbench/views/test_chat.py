from __future__ import annotations

import json
import threading
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from bot_core.messages import InboundMessage
from bot_core.store.records import Feedback, FeedbackValue
from tests.fakes.activity import talk as stored_talk
from tests.fakes.pages import AsRole
from workbench.roles import Role
from workbench.runner.bots import BotChoice
from workbench.runner.network import Network
from workbench.runner.workbench import Workbench
from workbench.views.simulator import page as simulator

Page = Callable[[], AppTest]


def talk(workbench: Workbench, conversation: str, *texts: str) -> None:
    for text in texts:
        workbench.replies.send(conversation, [InboundMessage(text=text)], BotChoice())
        pause = threading.Event()
        for _ in range(1000):
            if not workbench.replies.waiting(conversation).busy:
                break
            pause.wait(0.01)
    assert workbench.replies.waiting(conversation).problem is None


def all_text(page: AppTest) -> str:
    return "\n".join(str(element.value) for element in (*page.markdown, *page.caption, *page.info, *page.code))


def test_an_empty_simulator_says_what_to_do(chat_page: Page):
    page = chat_page().run()
    assert not page.exception
    assert page.info[0].value.startswith("Todavía no hay respuestas")
    assert "Aquí aparecerán tus conversaciones." in [caption.value for caption in page.caption]
    assert page.query_params["conversacion"]


def test_the_conversation_of_the_address_is_shown_with_its_trace(chat_page: Page, workbench: Workbench):
    talk(workbench, "c1", "hola", "busco un jetta de menos de 400 mil")
    page = chat_page()
    page.query_params["conversacion"] = "c1"
    page.run()
    assert not page.exception
    assert "Turno 2 de 2" in all_text(page)
    assert "**Buscar auto** · confianza" in all_text(page)
    assert {metric.label for metric in page.metric} == {"Tiempo", "Modelo", "Tokens", "Costo"}
    assert [tab.label for tab in page.tabs] == ["Intenciones", "Hechos", "Modelo", "Controles", "Tiempo"]


def test_a_live_conversation_is_not_shown_here_but_has_a_link_to_where_it_is_redacted(
    chat_page: Page, workbench: Workbench, as_role: AsRole
):
    stored_talk(workbench.store, "soy Ana, mi cel es 55 1234 5678", conversation_id="w1", channel="whatsapp")
    for role in (Role.VIEWER, Role.PUBLISHER):
        as_role(role)
        page = chat_page()
        page.query_params["conversacion"] = "w1"
        page.session_state["selected_turn"] = (1, "w1-1")
        page.session_state["saving_case"] = True
        page.run()
        assert not page.exception
        assert "Esta conversación no es del simulador" in all_text(page)
        assert "55 1234" not in str(page)
        assert not page.metric
        assert "Abrir en Conversaciones" in [button.label for button in page.button]


def test_one_of_two_phones_with_a_live_conversation_leaves_the_other_alone(chat_page: Page, workbench: Workbench):
    talk(workbench, "c1", "hola")
    stored_talk(workbench.store, "mi cel es 55 1234 5678", conversation_id="w1", channel="whatsapp")
    page = chat_page()
    page.query_params.update(telefonos="2", conversacion="c1", conversacion2="w1")
    page.run()
    assert not page.exception
    assert "Turno 1 de 1" in all_text(page)
    assert "55 1234" not in str(page)


def test_slots_are_in_spanish_and_money_is_written_as_money(chat_page: Page, workbench: Workbench):
    talk(workbench, "c1", "busco un jetta automático de menos de 400 mil")
    page = chat_page()
    page.query_params["conversacion"] = "c1"
    page.run()
    slots = {row.Dato: row.Valor for row in page.dataframe[0].value.itertuples()}
    assert slots["Modelo"] == "Jetta"
    assert slots["Precio hasta"] == "$400,000"
    assert slots["Transmisión"] == "automática"


def test_a_new_conversation_leaves_the_old_one_in_the_list(chat_page: Page, workbench: Workbench):
    talk(workbench, "c1", "hola *qué* tal")
    page = chat_page()
    page.query_params["conversacion"] = "c1"
    page.run()
    new = next(button for button in page.sidebar.button if button.label == "Nueva conversación")
    new.click().run()
    assert page.query_params["conversacion"] != "c1"
    assert page.info[0].value.startswith("Todavía no hay respuestas")
    old = next(button for button in page.sidebar.button if r"hola \*qué\* tal" in button.label)
    old.click().run()
    assert page.query_params["conversacion"] == "c1"
    assert "Turno 1 de 1" in all_text(page)


def test_the_release_that_is_chosen_is_in_the_address_and_answers_next(chat_page: Page, workbench: Workbench):
    page = chat_page().run()
    page.sidebar.selectbox[0].select("offline-exacto").run()
    assert page.query_params["version"] == "offline-exacto"
    again = chat_page()
    again.query_params["version"] = "offline-exacto"
    again.run()
    assert again.sidebar.selectbox[0].value == "offline-exacto"


def test_an_address_with_an_unknown_release_falls_back_to_the_current_one(chat_page: Page):
    page = chat_page()
    page.query_params["version"] = "no-such-release"
    page.run()
    assert not page.exception
    assert page.sidebar.selectbox[0].value == "offline-base"


def test_a_broken_upload_names_rows_and_columns(chat_page: Page):
    page = chat_page().run()
    header = "stock_id,km,price,make,model,year,version,bluetooth,largo,ancho,altura,car_play"
    broken = f"{header}\n1,10,mucho,Nissan,<b>Versa</b>,2019,S,,,,,\n".encode()
    page.file_uploader[0].upload("ro*to.csv", broken, "text/csv").run()
    said = page.error[0].value
    assert "«ro\\*to\\.csv»" in said
    assert "Fila 2, columna price" in said
    assert "catalogo" not in page.query_params


def test_a_failed_reply_says_so_in_a_line_and_offers_to_retry(chat_page: Page, workbench: Workbench):
    missing = BotChoice(release_id="no-such-release")
    workbench.replies.send("c1", [InboundMessage(text="hola")], missing)
    pause = threading.Event()
    while workbench.replies.waiting("c1").busy:
        pause.wait(0.01)
    page = chat_page()
    page.query_params["conversacion"] = "c1"
    page.run()
    assert page.error[0].value.startswith("No se pudo contestar: ")
    assert "Traceback" not in page.error[0].value
    next(button for button in page.button if button.label == "Reintentar").click().run()
    while workbench.replies.waiting("c1").busy:
        pause.wait(0.01)
    assert not page.run().error
    assert "Turno 1 de 1" in all_text(page)


@pytest.mark.parametrize("value", FeedbackValue)
def test_an_opinion_given_before_is_shown_on_the_phone(
    value: FeedbackValue, chat_page: Page, workbench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    shown: list[str] = []
    monkeypatch.setattr(simulator, "phone", lambda _conversation, messages, **_settings: shown.append(messages))
    talk(workbench, "c1", "hola", "gracias")
    first, second = workbench.replies.turns("c1")
    workbench.store.feedback.give(Feedback(tracking_id=first.tracking_id, value=value, source="workbench"))
    page = chat_page()
    page.query_params["conversacion"] = "c1"
    page.run()
    assert not page.exception
    ratings = {bubble["turn"]: bubble["rating"] for bubble in json.loads(f"[{shown[-1]}]") if bubble["side"] == "in"}
    assert ratings == {first.tracking_id: value.value, second.tracking_id: None}


def test_each_phone_has_its_own_release_and_the_tab_of_one_that_is_put_away_is_forgotten(chat_page: Page):
    page = chat_page()
    page.query_params["telefonos"] = "3"
    page.query_params["version3"] = "offline-exacto"
    page.run()
    assert [box.key for box in page.sidebar.selectbox if str(box.key).startswith("release-")] == ["release-1"]
    page.session_state["phone-tab"] = "Teléfono C"
    page.run()
    shown = [box for box in page.sidebar.selectbox if str(box.key).startswith("release-")]
    assert [(box.key, box.value) for box in shown] == [("release-3", "offline-exacto")]
    page.query_params["telefonos"] = "2"
    page.session_state["phones"] = 2
    page.run()
    assert not page.exception
    assert [box.key for box in page.sidebar.selectbox if str(box.key).startswith("release-")] == ["release-1"]


def test_a_chat_with_a_telephone_makes_a_case_that_is_seen_to_pass_and_one_that_was_spoilt_to_fail(
    chat_page: Page, workbench: Workbench, as_role: AsRole
):
    as_role(Role.EDITOR)
    talk(workbench, "c1", "busco un versa, mi tel es 5512345678", "mi correo es ximena@correo.mx")
    page = chat_page()
    page.query_params["conversacion"] = "c1"
    page.session_state["saving_case"] = True
    page.run()
    assert "✅ Pasa con offline\\-base" in all_text(page)
    written = str(page.text_area[0].value)
    assert "5500120001" in written
    assert "cliente@example.com" in written
    page.text_area[0].set_value(written.replace("car_recommendation", "financing"))
    next(button for button in page.button if button.label == "Probar sin guardar").click().run()
    assert "❌ No pasa con offline\\-base" in all_text(page)
    assert workbench.cases.ids() == ()
    page.text_area[0].set_value("- [")
    next(button for button in page.button if button.label == "Probar sin guardar").click().run()
    assert "⚠️ línea 2" in all_text(page)
    page.text_area[0].set_value("- say: hola")
    page.text_input[-1].set_value("Un caso cualquiera")
    next(button for button in page.button if button.label == "Guardar caso").click().run()
    assert not page.exception
    assert len(workbench.cases.ids()) == 1
    notice = str(page.session_state["notice"])
    assert "Caso guardado" in notice
    assert "✅ Pasa" in notice
    assert len(notice) < 80, "a longer one is cut after three lines, with English words, and lies over the page"


def test_a_conversation_whose_first_reply_is_under_way_is_listed_by_its_words(chat_page: Page, workbench: Workbench):
    """After a kill it is answered again, and its reply may take a while."""
    workbench.store.conversations.create(channel="workbench", customer_key="c1", release_id="r", conversation_id="c1")
    message = InboundMessage(text="busco un versa")
    workbench.replies.send("c1", [message], BotChoice(), network=Network(delay_seconds=600))
    titles = [str(button.label) for button in chat_page().run().sidebar.button]
    assert [title for title in titles if title.endswith("· busco un versa")]


def test_a_conversation_without_any_words_is_listed_by_its_time(chat_page: Page, workbench: Workbench):
    workbench.store.conversations.create(channel="workbench", customer_key="c1", release_id="r", conversation_id="c1")
    [title] = [button.label for button in chat_page().run().sidebar.button if button.key == "opens-c1"]
    assert title.replace("\\", "")[-5:].replace(":", "").isdigit()


def test_the_list_of_conversations_knows_a_reply_that_came_after_it_was_drawn(
    chat_page: Page, workbench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    """Only the fragment of the phones runs when a reply comes; the list is outside of it."""
    drawn: list[str] = []

    def replying(conversations: list[str]) -> None:
        if not drawn:
            talk(workbench, conversations[0], "busco un jetta")
        drawn.extend(conversations)

    monkeypatch.setattr(simulator, "show_player", replying)
    page = chat_page().run()
    assert [button for button in page.sidebar.button if button.label.endswith("busco un jetta")]
    assert len(drawn) == 2
    talk(workbench, "somebody-else", "hola")
    talk(workbench, drawn[0], "¿y un versa?")
    page.run()
    assert len(drawn) == 3, "what stands at the top already needs no other run"
