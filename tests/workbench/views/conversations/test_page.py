from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from bot_core.messages import MessageKind
from bot_core.store.records import Feedback, FeedbackValue
from tests.fakes.activity import talk
from tests.fakes.pages import AsRole, Page, page_of
from workbench.roles import Role
from workbench.runner.conversations import ErasureProblem
from workbench.runner.workbench import Workbench
from workbench.views.conversations.listing import PAGE_SIZE

ATTACK = "<script>alert(1)</script> **negrita** [x](javascript:1) :red[c] $x$"


@pytest.fixture
def show(workbench: Workbench) -> Page:
    def script() -> None:
        from workbench.views.conversations import page

        page.show()

    return page_of(script)


def listed(page: AppTest) -> list[str]:
    return [button.label for button in page.button if str(button.key).startswith("open-")]


def button(page: AppTest, label: str) -> Any:
    return next(one for one in page.button if one.label == label)


def words(page: AppTest) -> str:
    elements = (*page.markdown, *page.caption, *page.info, *page.warning, *page.error, *page.code)
    return "\n".join(str(element.value) for element in elements)


def test_an_empty_store_says_what_to_do(show: Page):
    page = show()
    assert "Aún no hay conversaciones" in words(page)
    assert listed(page) == []


def test_a_search_is_in_the_address_and_finds_without_accents(show: Page, workbench: Workbench):
    talk(workbench.store, "¿Tienen un Jetta automático?", conversation_id="c1")
    talk(workbench.store, "hola", conversation_id="c2", channel="whatsapp")
    page = show()
    assert len(listed(page)) == 2
    page.text_input[0].set_value("AUTOMATICO jetta").run()
    assert listed(page) == ["¿Tienen un Jetta automático?"]
    assert (
        page.query_params["filtro"] == ["words=AUTOMATICO+jetta"]
        or page.query_params["filtro"] == "words=AUTOMATICO+jetta"
    )
    assert listed(show(filtro="channel=whatsapp")) == ["hola"]
    assert "Ninguna conversación coincide" in words(show(filtro="words=tractor"))


def test_what_is_no_text_is_named_as_in_the_simulator(show: Page, workbench: Workbench):
    talk(workbench.store, "", conversation_id="c1", kind=MessageKind.AUDIO)
    assert listed(show()) == ["🎤 Nota de voz"]
    page = show(charla="c1")
    assert page.selectbox[0].options == ["1 · 🎤 Nota de voz"]
    assert "[audio]" not in str(page.main)


def test_an_address_that_asks_nonsense_asks_nothing(show: Page, workbench: Workbench):
    talk(workbench.store, "hola")
    assert len(listed(show(filtro="opinion=meh&first=ayer&x=1&finding", hoja="-3"))) == 1


def test_pages(show: Page, workbench: Workbench):
    for number in range(PAGE_SIZE + 3):
        talk(workbench.store, f"mensaje {number}", conversation_id=f"c{number}")
    page = show()
    assert len(listed(page)) == PAGE_SIZE
    button(page, "→").click().run()
    assert listed(page) == ["mensaje 2", "mensaje 1", "mensaje 0"]
    assert button(page, "→").disabled
    assert "21–23 de 23 conversaciones" in words(page)


def test_a_conversation_opens_at_the_turn_that_matched(show: Page, workbench: Workbench):
    talk(workbench.store, "hola", "busco un versa", "gracias")
    workbench.store.feedback.give(Feedback(tracking_id="c1-2", value=FeedbackValue.DOWN, source="customer"))
    page = show(filtro="opinion=down")
    button(page, "busco un versa").click().run()
    assert not page.exception
    assert page.selectbox[0].value == "c1-2"
    assert page.selectbox[0].options == ["1 · hola", "👎 2 · busco un versa", "3 · gracias"]
    assert {metric.label for metric in page.metric} >= {"Tiempo", "Tokens"}
    assert "turnos: 3" in words(page).replace("\\", "")
    button(page, "Volver a la lista").click().run()
    assert listed(page) == ["busco un versa"]


def test_an_unknown_conversation_says_what_to_do(show: Page):
    assert "Esta conversación ya no existe" in words(show(charla="nada"))


def test_what_people_wrote_is_never_read_as_markup(show: Page, workbench: Workbench):
    talk(workbench.store, ATTACK, profile_name="**x**")
    page = show()
    [label] = listed(page)
    assert label.startswith(r"\<script\>")
    assert r"\*\*negrita\*\*" in label
    page = show(charla="c1")
    assert not any("<script>" in str(element.value) for element in (*page.markdown, *page.caption))


def test_personal_data_is_hidden_until_somebody_who_may_asks(show: Page, workbench: Workbench, as_role: AsRole):
    talk(workbench.store, "soy Ana, 55 1234 5678", profile_name="Ana López")
    page = show()
    assert "5678" not in listed(page)[0]
    assert "Ana López" not in words(page)
    page.toggle(key="conversations-reveal-toggle").set_value(True).run()
    assert "5678" in listed(page)[0]
    assert "Ana López" in words(page)
    as_role(Role.VIEWER)
    page.run()
    assert "5678" not in listed(page)[0]
    toggle = page.toggle(key="conversations-reveal-toggle")
    assert toggle.disabled
    assert "permiso de edición" in toggle.help


def test_only_a_publisher_may_erase(show: Page, workbench: Workbench, as_role: AsRole):
    talk(workbench.store, "hola")
    page = show(charla="c1")
    page.checkbox[0].check().run()
    as_role(Role.EDITOR)
    button(page, "Borrar").click().run()
    assert "permiso de publicación" in words(page)
    assert workbench.store.activity.count() == 1


def test_a_customer_is_erased_once_somebody_is_sure(show: Page, workbench: Workbench):
    talk(workbench.store, "hola")
    page = show(charla="c1")
    assert button(page, "Borrar").disabled
    page.checkbox[0].check().run()
    button(page, "Borrar").click().run()
    assert not page.exception
    assert workbench.store.activity.count() == 0
    assert "charla" not in page.query_params


def test_why_a_customer_was_not_erased_is_one_line(show: Page, workbench: Workbench, monkeypatch: pytest.MonkeyPatch):
    talk(workbench.store, "hola", channel="whatsapp")
    monkeypatch.setattr(workbench.conversations, "_erase_at_channel", lambda _key: ErasureProblem.BUSY)
    page = show(charla="c1")
    assert "copias en Twilio" in words(page)
    page.checkbox[0].check().run()
    button(page, "Borrar").click().run()
    assert "Intenta en un minuto" in words(page)
    assert workbench.store.activity.count() == 1


@pytest.mark.parametrize("revealed", [False, True])
def test_the_exported_file_shows_personal_data_where_the_screen_does(
    show: Page, workbench: Workbench, monkeypatch: pytest.MonkeyPatch, revealed: bool
):
    """As Streamlit makes it: what the button was given, called in a thread that has no session."""
    talk(workbench.store, f"mi correo es ana@gmail.com {ATTACK}")
    made: list[Callable[[], str]] = []
    monkeypatch.setattr("streamlit.download_button", lambda *_args, data, **_rest: made.append(data))
    page = show()
    page.toggle(key="conversations-reveal-toggle").set_value(revealed).run()
    page.button(key="open-c1").click().run()
    with ThreadPoolExecutor() as threads:
        exported = json.loads(threads.submit(made[-1]).result())
    assert exported["redacted"] is not revealed
    said = exported["conversations"][0]["turns"][0]["messages"][0]["text"]
    assert said.endswith(ATTACK)
    assert ("ana@gmail.com" in said) is revealed
