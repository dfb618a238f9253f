from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from bot_core.messages import utc_now
from bot_core.store.records import Feedback, FeedbackValue
from tests.fakes.activity import talk
from tests.fakes.pages import page_of
from workbench import session
from workbench.roles import Person, Role
from workbench.runner.channel_queue import Queue
from workbench.runner.monitoring import MonitoringDesk
from workbench.runner.workbench import Workbench
from workbench.storage.activity.rows import MEXICO_CITY
from workbench.views.monitoring import place

Page = Callable[..., AppTest]


@pytest.fixture
def show(workbench: Workbench) -> Page:
    def script() -> None:
        from workbench.views.monitoring import page

        page.show()

    def shown(tab: str = "", **places: str) -> AppTest:
        return page_of(script, **({"monitoring-tabs": tab} if tab else {}))(**places)

    return shown


def metrics(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def words(page: AppTest) -> str:
    elements = (*page.markdown, *page.caption, *page.info, *page.warning, *page.error)
    return "\n".join(str(element.value) for element in elements)


def button(page: AppTest, label: str) -> Any:
    return next(one for one in page.button if one.label == label)


def test_a_period_without_conversations_says_what_to_do(show: Page):
    page = show()
    assert "No hubo conversaciones en este periodo" in words(page)
    assert not page.metric
    page = show("Cola de WhatsApp")
    assert "La cola de WhatsApp no está conectada" in words(page)


def test_the_figures_of_the_period(show: Page, workbench: Workbench):
    talk(workbench.store, "hola", "pésimo servicio", conversation_id="c1", failed=True)
    talk(workbench.store, "hola", conversation_id="c2", channel="whatsapp")
    workbench.store.feedback.give(Feedback(tracking_id="c1-2", value=FeedbackValue.DOWN, source="customer"))
    shown = metrics(show(periodo="hour"))
    assert (shown["Turnos"], shown["Conversaciones"]) == ("3", "2")
    assert (shown["Errores de modelo"], shown["Respaldo"]) == ("67 %", "67 %")
    assert shown["Opiniones"] == "0 👍 1 👎"
    assert shown["Respuesta p50 / p95"] == "250 ms / 250 ms"
    assert metrics(show(periodo="hour", canal="whatsapp"))["Turnos"] == "1"


def test_the_period_is_in_the_address(show: Page, workbench: Workbench):
    talk(workbench.store, "hola")
    page = show()
    page.button_group[0].set_value("week").run()
    assert "week" in str(page.query_params["periodo"])
    assert show(periodo="siempre", canal="nada").button_group[0].value == "day"


def test_a_period_of_ones_own_takes_whole_days_of_mexico_city(show: Page, workbench: Workbench):
    talk(workbench.store, "hola")
    today = utc_now().astimezone(MEXICO_CITY).date()
    assert metrics(show(periodo="custom", dias=f"{today}/{today}"))["Turnos"] == "1"
    before = today - timedelta(days=2)
    assert "No hubo conversaciones" in words(show(periodo="custom", dias=f"{before}/{before}"))
    assert metrics(show(periodo="custom", dias="ayer/hoy"))["Turnos"] == "1"


@pytest.mark.parametrize("days", ["2026-11-25/9999-12-31", "0001-01-01/9999-12-31", "9999-12-31/9999-12-31"])
def test_days_beyond_every_calendar_are_those_that_there_can_be(show: Page, workbench: Workbench, days: str):
    talk(workbench.store, "hola")
    assert metrics(show(periodo="custom", dias=days))["Turnos"] == "1"


def test_what_could_not_be_answered_comes_with_redacted_examples(show: Page, workbench: Workbench):
    absent = {"kind": "car_search", "cars": [], "absent": [{"make": "Tesla"}]}
    talk(workbench.store, "un tesla, mi cel 55 1234 5678 <b>x</b>", facts=[absent])
    page = show("Lo que no pudo contestar")
    assert page.expander[0].label.replace("\\", "") == "El auto no está en el catálogo · turnos: 1"
    label = next(one.label for one in page.button if str(one.key).startswith("example-"))
    assert "5678" not in label
    assert r"\<b\>x" in label


def test_examples_do_not_name_the_customer(show: Page, workbench: Workbench):
    absent = {"kind": "car_search", "cars": [], "absent": [{"make": "Tesla"}]}
    talk(workbench.store, "un tesla para Ana", facts=[absent], profile_name="Ana María López", channel="whatsapp")
    label = next(one.label for one in show("Lo que no pudo contestar").button if str(one.key).startswith("example-"))
    assert label.replace("\\", "") == "un tesla para [nombre]"


def test_tables_by_agent_and_by_model(show: Page, workbench: Workbench):
    talk(workbench.store, "hola", "adiós")
    page = show("Costo")
    table = page.dataframe[0].value
    assert list(table["Agente"]) == ["Saludo"]
    assert list(table["Costo"]) == ["US$0.0025"]
    page.button_group[1].set_value("model").run()
    assert list(page.dataframe[0].value["Modelo"]) == ["openai/x"]


def test_the_queue_when_the_channel_answers_and_when_not(
    show: Page, workbench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(MonitoringDesk, "has_channel", True)
    monkeypatch.setattr(workbench.monitoring, "queue", lambda: Queue(7, 93.5, 2, 4))
    assert metrics(show("Cola de WhatsApp")) == {
        "Mensajes en espera": "7",
        "El más antiguo": "2 min",
        "Respuestas por enviar": "4",
        "Sin remedio automático": "2",
    }
    monkeypatch.setattr(workbench.monitoring, "queue", lambda: None)
    assert "no contesta" in words(show("Cola de WhatsApp"))


def test_a_limit_that_somebody_sets_raises_a_banner(show: Page, workbench: Workbench):
    talk(workbench.store, "hola", failed=True)
    page = show()
    assert not page.error
    page.toggle(key="limit-on-failed").set_value(True)
    page.number_input(key="limit-failed").set_value(25.0)
    button(page, "Guardar límites").click().run()
    assert not page.exception
    [limit] = workbench.monitoring.thresholds()
    assert (limit.name, limit.limit, limit.set_by) == ("failed", 0.25, session.who())
    assert show().error[0].value.replace("\\", "") == "Errores de modelo: 100 % en la última hora. El límite es 25 %."


def test_a_viewer_sees_the_limits_but_sets_none(show: Page, workbench: Workbench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(session, "person", lambda: Person("Eva", Role.VIEWER))
    page = show()
    assert page.toggle(key="limit-on-failed").disabled
    assert button(page, "Guardar límites").disabled


def test_the_end_of_a_period_moves_in_steps(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(session, "place", lambda _name: None)
    period = place.period()
    assert period.end.timestamp() % 5 == 0
    assert period.end - period.start == timedelta(days=1)
    assert period.end > utc_now() - timedelta(seconds=1)
