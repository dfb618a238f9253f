from __future__ import annotations

from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from bot_core.llm.gateway import ModelSettings
from bot_core.llm.price_list import Price, own_price
from bot_core.releases.release import AgentName
from bot_core.store.records import AIModel, NamedAgent
from tests.fakes.hostile import HOSTILE
from tests.fakes.pages import AsRole, Page
from workbench.roles import Role
from workbench.runner.workbench import Workbench


def button(page: AppTest, label: str):
    return next(found for found in page.button if label in found.label)


def field(page: AppTest, label: str):
    return next(found for found in page.text_input if found.label == label)


def shown(page: AppTest) -> str:
    parts = [*page.caption, *page.markdown, *page.info, *page.warning, *page.error, *page.success]
    return "\n".join(part.value for part in parts)


def test_this_computer_shows_keys_as_present_and_never_their_value(models_page: Page, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-muy-secreta")
    page = models_page()
    assert not page.exception
    table = page.dataframe[0].value
    states = dict(zip(table["Variable"], table["Estado"], strict=True))
    assert states["OPENAI_API_KEY"] == "presente"
    assert states["ANTHROPIC_API_KEY"] == "falta"
    assert "muy-secreta" not in shown(page) + table.to_string() + "".join(code.value for code in page.code)
    assert "make local-model" in shown(page)


def test_a_model_is_kept_changed_and_removed(models_page: Page, workbench: Workbench):
    page = models_page(seccion="models")
    assert "Todavía no hay modelos guardados" in shown(page)
    assert button(page, "Guardar").disabled
    page = field(page, "Nombre").input("el de siempre").run()
    page = button(page, "Guardar").click().run()
    assert [model.name for model in workbench.model_desk.models()] == ["el de siempre"]
    page = button(page, "Cambiar").click().run()
    page = next(number for number in page.number_input if number.label == "Temperatura").set_value(0.7).run()
    page = button(page, "Guardar").click().run()
    [model] = workbench.model_desk.models()
    assert model.settings.temperature == 0.7
    page = button(page, "Quitar").click().run()
    assert workbench.model_desk.models() == ()
    assert not page.exception


def test_a_model_that_no_list_knows_gets_its_price(models_page: Page, workbench: Workbench):
    workbench.model_desk.keep_model(AIModel(name="afinado", settings=ModelSettings(model="openai/ft:mio")))
    page = models_page(seccion="models")
    assert "sin precio conocido" in shown(page)
    page = button(page, "Cambiar").click().run()
    for label, value in (("Precio de entrada", 0.3), ("Precio de salida", 1.2)):
        page = next(number for number in page.number_input if label in number.label).set_value(value).run()
    page = button(page, "Guardar").click().run()
    [model] = workbench.model_desk.models()
    assert own_price(model.settings) == Price(Decimal("0.3"), Decimal("1.2"))
    assert "0.3 por millón" in shown(page).replace("\\", "")


@pytest.mark.parametrize(
    ("variable", "address", "said"),
    [
        (
            "TWILIO_AUTH_TOKEN",
            "http://evil.example/v1",
            "«Variable de la llave»: la llave de TWILIO_AUTH_TOKEN no se manda",
        ),
        ("OPENAI_API_KEY", "http://evil.example/v1", "la llave de OPENAI_API_KEY no se manda ahí"),
        ("", "http://evil.example/v1", ""),
        ("OPENAI_API_KEY", "", ""),
    ],
)
def test_a_model_that_would_send_a_secret_to_a_typed_address_is_not_kept(
    models_page: Page, workbench: Workbench, variable: str, address: str, said: str
):
    settings = ModelSettings(model="openai/x")
    workbench.model_desk.keep_model(AIModel(name="uno", settings=settings))
    page = button(models_page(seccion="models"), "Cambiar").click().run()
    page = field(page, "Variable de la llave").input(variable).run()
    page = field(page, "Dirección").input(address).run()
    assert said in shown(page).replace("\\", "")
    assert button(page, "Guardar").disabled == bool(said)
    if not said:
        button(page, "Guardar").click().run()
        [kept] = workbench.model_desk.models()
        assert (kept.settings.api_key_env or "", kept.settings.api_base or "") == (variable, address)


def test_a_model_of_before_that_rule_says_why_it_is_not_called(models_page: Page, workbench: Workbench):
    settings = ModelSettings(model="openai/x", api_base="http://evil.example/v1", api_key_env="TWILIO_AUTH_TOKEN")
    workbench.store.models.put(AIModel(name="viejo", settings=settings))
    page = models_page(seccion="models")
    assert "TWILIO_AUTH_TOKEN no se manda" in page.warning[0].value.replace("\\", "")


def test_a_connection_is_tested_and_explained(models_page: Page, workbench: Workbench):
    settings = ModelSettings(model="openai/x", api_base="http://127.0.0.1:9/v1", retries=0)
    workbench.model_desk.keep_model(AIModel(name="apagado", settings=settings))
    page = button(models_page(seccion="models"), "Probar conexión").click().run()
    [test] = workbench.model_desk._tests.values()
    test.result(timeout=110)
    page.run()
    assert not page.exception
    assert "Nadie contesta en esa dirección" in page.error[0].value


def test_an_agent_on_another_model_becomes_a_candidate(models_page: Page, workbench: Workbench):
    settings = ModelSettings(model="openai/gpt-4o-mini", temperature=0.2)
    workbench.model_desk.keep_model(AIModel(name="mini", settings=settings))
    page = models_page(seccion="agents")
    assert "Todavía no cambias nada" in shown(page)
    box = next(found for found in page.selectbox if found.key == "models-of-offline-base-financing")
    page = box.select("*mini").run()
    assert "0.15 por millón" in shown(page).replace("\\", "")
    page = field(page, "Nombre de la candidata").input("financiamiento-mini").run()
    page = button(page, "Hacer candidata").click().run()
    assert not page.exception
    made = workbench.store.releases.get("financiamiento-mini")
    assert made.agents[AgentName.FINANCING].settings == settings
    assert made.agents[AgentName.SALES].settings.model == "offline"


def test_a_viewer_changes_nothing(models_page: Page, workbench: Workbench, as_role: AsRole):
    workbench.model_desk.keep_model(AIModel(name="mini", settings=ModelSettings(model="openai/gpt-4o-mini")))
    as_role(Role.VIEWER)
    page = models_page(seccion="models")
    for label in ("Guardar", "Quitar", "Probar conexión"):
        assert button(page, label).disabled
    assert button(models_page(seccion="agents"), "Hacer candidata").disabled


def test_names_that_people_give_are_shown_as_they_are_written(models_page: Page, workbench: Workbench):
    workbench.store.models.put(AIModel(name=HOSTILE, settings=ModelSettings(model=HOSTILE), notes=HOSTILE))
    for part in ("machine", "models", "agents"):
        page = models_page(seccion=part)
        assert not page.exception
        for written in [*page.caption, *page.markdown]:
            assert "<script>" not in written.value
            assert "**negritas**" not in written.value


NAMED = "GPT rápido (v2.0) *b* <i>"


def test_what_people_named_stands_in_the_lists_as_they_wrote_it(models_page: Page, workbench: Workbench):
    """The options of a list are no Markdown: an escape would be shown."""
    workbench.model_desk.keep_model(AIModel(name=NAMED, settings=ModelSettings()))
    served = workbench.releases.current().agents[AgentName.FINANCING]
    workbench.model_desk.keep_agent(NamedAgent(name=NAMED, agent=AgentName.FINANCING, definition=served))
    page = models_page(seccion="agents")
    assert {NAMED, f"{NAMED} (offline)"} <= {option for box in page.selectbox for option in box.options}
