from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from bot_core.messages import MessageKind
from bot_core.store.records import Feedback, FeedbackValue
from bot_core.store.reviews import Annotation, ReviewVerdict
from tests.fakes.activity import talk
from tests.fakes.found import Make, stored
from tests.fakes.pages import AsRole, Page, page_of
from workbench.evaluation.judge.labels import LabelBook
from workbench.roles import Role
from workbench.runner.workbench import Workbench

ATTACK = "<script>alert(1)</script> **negrita** :red[c]"


@pytest.fixture
def show(workbench: Workbench) -> Page:
    def script() -> None:
        from workbench.views.review import page

        page.show()

    return page_of(script)


@pytest.fixture
def ana(as_role: AsRole) -> None:
    as_role(Role.EDITOR, "Ana")


def with_downs(workbench: Workbench, count: int) -> None:
    for number in range(count):
        name = f"c{number}"
        talk(workbench.store, f"mensaje {number}", conversation_id=name)
        workbench.store.feedback.give(Feedback(tracking_id=f"{name}-1", value=FeedbackValue.DOWN, source="customer"))


def words(page: AppTest) -> str:
    elements = (*page.markdown, *page.caption, *page.info, *page.success, *page.error, *page.warning)
    return "\n".join(str(element.value) for element in elements).replace("\\", "")


def button(page: AppTest, label: str) -> Any:
    return next(one for one in page.button if one.label == label)


def current(page: AppTest) -> str:
    found = page.query_params["respuesta"]
    return found if isinstance(found, str) else found[0]


def test_an_empty_sample_says_what_to_do(show: Page):
    assert "Nadie ha dado 👎" in words(show())
    assert "Todavía no hay conversaciones" in words(show(muestra="random"))
    assert "Elige otra muestra" in words(show(muestra="low_confidence"))


def test_a_reply_is_approved_and_the_next_one_comes(show: Page, workbench: Workbench, ana: None):
    with_downs(workbench, 2)
    page = show()
    first = current(page)
    page.button_group(key=f"review-field-rating-{first}").set_value("4")
    button(page, "Aprobar").click().run()
    assert not page.exception
    [stored] = workbench.store.annotations.list()
    assert (stored.tracking_id, stored.annotator, stored.verdict, stored.rating) == (first, "Ana", "pass", 4)
    assert current(page) != first
    button(page, "Anterior").click().run()
    assert current(page) == first
    assert "Aprobada" in page.success[0].value
    button(page, "Rechazar").click().run()
    button(page, "Anterior").click().run()
    assert "Rechazada" in page.warning[0].value
    assert not page.success


def test_two_quick_steps_do_not_start_from_the_same_reply(show: Page, workbench: Workbench, ana: None):
    """The browser may send the second with the address of before the first."""
    with_downs(workbench, 3)
    page = show()
    first = current(page)
    button(page, "Siguiente").click().run()
    page.query_params["respuesta"] = first
    button(page, "Siguiente").click().run()
    assert any("3 de 3" in str(one.text) for one in page.get("progress"))


def test_a_rejection_carries_what_is_wrong_and_calibrates_the_judge(show: Page, workbench: Workbench, ana: None):
    with_downs(workbench, 1)
    page = show()
    page.multiselect(key="review-field-tags-c0-1").set_value(["tone", "wrong_fact"])
    page.text_area(key="review-field-correction-c0-1").set_value("Son *$250,000*")
    button(page, "Rechazar").click().run()
    [stored] = workbench.store.annotations.list()
    assert (stored.tags, stored.correction) == (("tone", "wrong_fact"), "Son *$250,000*")
    labels = LabelBook(workbench.settings.data_dir / "labels").people()
    assert {(label.rubric.value, label.verdict.value) for label in labels} == {
        ("helpfulness", "fail"),
        ("tone", "fail"),
        ("completeness", "pass"),
    }
    assert {label.annotator for label in labels} == {"Ana"}


def test_an_edit_keeps_its_history(show: Page, workbench: Workbench, ana: None):
    with_downs(workbench, 1)
    page = show()
    button(page, "Aprobar").click().run()
    page.text_input(key="review-field-notes-c0-1").set_value("mejor no")
    button(page, "Rechazar").click().run()
    assert [one.verdict for one in workbench.store.annotations.history("c0-1", "Ana")] == ["pass", "fail"]
    assert "Tus versiones anteriores (2)" in [one.label for one in page.expander]


def test_an_edit_in_another_window_is_not_overwritten(show: Page, workbench: Workbench, ana: None):
    with_downs(workbench, 1)
    page = show()
    workbench.store.annotations.put(
        Annotation(tracking_id="c0-1", annotator="Ana", conversation_id="c0", verdict=ReviewVerdict.PASS, rating=5)
    )
    button(page, "Rechazar").click().run()
    assert "Alguien más lo cambió" in page.error[0].value
    assert workbench.store.annotations.of(["c0-1"])[0].verdict is ReviewVerdict.PASS


def test_what_somebody_else_thinks_is_seen_only_after_ones_own(show: Page, workbench: Workbench, as_role: AsRole):
    with_downs(workbench, 1)
    as_role(Role.EDITOR, "Ana")
    button(show(), "Rechazar").click().run()
    as_role(Role.EDITOR, "Eva")
    page = show(muestra="second")
    assert "Ana: ✗" not in words(page)
    button(page, "Rechazar").click().run()
    assert "Ana: ✗ Rechazada" in words(page)
    page = show(muestra="second")
    page.session_state["review-agreement"] = True
    page.run()
    assert "Ana y Eva: 100 % de acuerdo (21 %–100 %) en 1 respuesta" in words(page)


def test_the_same_seed_gives_the_same_sample_and_another_one_another(show: Page, workbench: Workbench, ana: None):
    for number in range(12):
        talk(workbench.store, f"mensaje {number}", conversation_id=f"c{number}")
    orders = []
    for seed in ("1", "1", "2"):
        items = workbench.review.queue(_sample(show(muestra="random", semilla=seed)), who="Ana")
        orders.append([item.tracking_id for item in items])
    assert orders[0] == orders[1] != orders[2]
    page = show(muestra="random", semilla="1")
    button(page, "Otra muestra").click().run()
    assert "2" in str(page.query_params["semilla"])


def _sample(page: AppTest) -> Any:
    from workbench.runner.review.sampling import Sample, Sampling

    seed = page.query_params["semilla"]
    return Sample(Sampling.RANDOM, "", 10, int(seed if isinstance(seed, str) else seed[0]))


def test_a_link_opens_one_reply(show: Page, workbench: Workbench, ana: None):
    talk(workbench.store, "hola", "gracias")
    page = show(charla="c1", turno="c1-1")
    assert "1 de 1" in words(page) or any("1 de 1" in str(one.text) for one in page.get("progress"))
    button(page, "Rechazar").click().run()
    assert [one.tracking_id for one in workbench.store.annotations.list()] == ["c1-1"]
    assert "Esta respuesta ya no existe" in words(show(charla="c9", turno="c1-1"))


def test_a_reviewed_conversation_becomes_a_case_up_to_the_reply(show: Page, workbench: Workbench, ana: None):
    talk(workbench.store, "soy Ana, mi cel es 55 1234 5678", "y otra cosa", profile_name="Ana")
    page = show(charla="c1", turno="c1-1")
    page.session_state["review-case-c1-1"] = True
    page.run()
    next(one for one in page.text_input if one.label == "Por qué es un caso").set_value("Saluda y da su teléfono")
    assert "✅ Pasa con offline-base" in words(page)
    button(page, "Guardar caso").click().run()
    assert not page.exception
    assert not page.error
    assert "Está en el conjunto «propios». ✅ Pasa con offline-base" in words(page)
    [case_id] = workbench.cases.ids()
    written = (workbench.cases.folder / f"{case_id}.yaml").read_text(encoding="utf-8")
    assert "Saluda y da su teléfono" in written
    assert "5678" not in written
    assert "otra cosa" not in written


def test_a_viewer_reads_and_decides_nothing(show: Page, workbench: Workbench, as_role: AsRole):
    with_downs(workbench, 1)
    as_role(Role.VIEWER, "Leo")
    page = show()
    assert button(page, "Aprobar").disabled
    assert "permiso de edición" in button(page, "Aprobar").help
    assert page.text_area(key="review-field-correction-c0-1").disabled


def test_what_people_wrote_is_never_read_as_markup(show: Page, workbench: Workbench, ana: None):
    talk(workbench.store, ATTACK, "gracias")
    workbench.store.feedback.give(Feedback(tracking_id="c1-1", value=FeedbackValue.DOWN, source="customer"))
    page = show()
    page.text_input(key="review-field-notes-c1-1").set_value(ATTACK)
    button(page, "Rechazar").click().run()
    assert not any("<script>" in str(one.value) for one in (*page.markdown, *page.caption))
    assert r"\*\*negrita\*\*" in page.warning[0].value
    assert r"\<script\>" in page.warning[0].value


def test_what_is_no_text_is_named_as_in_the_simulator(show: Page, workbench: Workbench, ana: None):
    talk(workbench.store, "", "", conversation_id="c1", kind=MessageKind.LOCATION)
    page = show(charla="c1", turno="c1-1")
    assert not page.exception
    assert "📍 Ubicación" in "".join(str(getattr(one, "body", "")) for one in page.get("html")), (
        "what came after the reply"
    )
    assert "[location]" not in str(page.main)


def test_why_a_reply_is_looked_at_is_told_in_the_readers_language(show: Page, workbench: Workbench, ana: None):
    make = Make()
    lost = make.played("c1", make.understood("greeting"), slots=("turn 1: sort: expected cheapest, got nothing",))
    stored(workbench.experiments.files, "e1", [lost])
    page = show(muestra="low_score", corrida="e1-1")
    assert not page.exception
    assert page.code[0].value == "Datos entendidos: turno 1: no entendió orden: se esperaba más barato"


def test_an_address_that_asks_nonsense_asks_for_the_usual(show: Page, workbench: Workbench):
    with_downs(workbench, 1)
    page = show(muestra="todo", tamano="7", semilla="-1", corrida="no-such-run")
    assert "No hay respuestas para revisar" in words(page)
    assert page.selectbox[0].value == "down"


def test_a_live_reply_is_read_without_personal_data_whoever_reads_it(show: Page, workbench: Workbench, as_role: AsRole):
    told = "soy Ana, mi cel es 55 1234 5678"
    talk(workbench.store, told, conversation_id="w1", channel="whatsapp", profile_name="Ana María López")
    talk(workbench.store, "le dices a María que voy", conversation_id="w1")
    for role in (Role.VIEWER, Role.PUBLISHER):
        as_role(role)
        page = show(charla="w1", turno="w1-2")
        item = workbench.review.item("w1", "w1-2")
        read = workbench.review.read(item)
        for private in ("55 1234 5678", "Ana", "María"):
            assert private not in item.said
            assert private not in "".join(turn.model_dump_json() for turn in read.turns)
            assert private not in words(page)
