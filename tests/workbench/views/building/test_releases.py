from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bot_core.releases.release import AgentName
from tests.fakes.few_cases import FEW
from tests.fakes.hostile import HOSTILE
from tests.fakes.pages import AsRole, Page
from workbench.evaluation.experiments.running import run_experiment
from workbench.evaluation.gate.evidence import Ground, Refusal
from workbench.roles import Role
from workbench.runner.releases import ReleaseDesk
from workbench.runner.workbench import Workbench
from workbench.texts.texts import LANGUAGES, table
from workbench.views.releases.deciding import said


def button(page: AppTest, label: str):
    return next(found for found in page.button if found.label == label)


def shown(page: AppTest) -> str:
    parts = [*page.caption, *page.markdown, *page.info, *page.warning, *page.error, *page.success]
    return "\n".join(part.value for part in parts).replace("\\", "")


@pytest.fixture
def few(workbench: Workbench, tmp_path: Path) -> Workbench:
    """The workbench with six cases in place of the whole golden set."""
    folder = tmp_path / "few"
    folder.mkdir()
    (folder / "few.yaml").write_text(FEW, encoding="utf-8")
    workbench.release_desk = ReleaseDesk(workbench.settings, workbench.store, workbench.experiments, dataset=folder)
    return workbench


def candidate(workbench: Workbench, release_id: str = "nueva", description: str = "") -> str:
    workbench.prompts.release_with(
        "financing/v002", "offline-base", release_id=release_id, description=description, who="ana"
    )
    return release_id


def gathered(workbench: Workbench, release_id: str) -> str:
    """The evidence, played in this process."""
    folder = workbench.experiments.files.create(workbench.release_desk.plan(release_id).spec)
    asyncio.run(run_experiment(folder, workbench.settings))
    return folder.experiment_id


def test_the_shipped_release_is_served_and_there_is_nothing_to_roll_back(releases_page: Page):
    page = releases_page()
    assert not page.exception
    assert "Hoy contesta **offline-base**" in shown(page)
    assert button(page, "Regresar").disabled
    assert "No hay nada que publicar" in page.success[0].value


def test_without_evidence_the_page_says_what_to_do(releases_page: Page, few: Workbench):
    page = releases_page(candidata=candidate(few))
    assert "Todavía no hay evidencia" in shown(page)
    assert "No cuesta nada" in shown(page)
    assert not [found for found in page.button if found.label == "Publicar"]


def test_from_evidence_to_promotion_and_back(releases_page: Page, few: Workbench):
    name = candidate(few)
    experiment = gathered(few, name)
    page = releases_page(candidata=name)
    assert "La evidencia permite publicarla" in shown(page)
    page = button(page, "Publicar").click().run()
    assert not page.exception
    assert few.store.releases.current().release_id == name
    [line] = few.store.releases.history()
    assert line.evidence["experiment_id"] == experiment

    page = button(page, "Regresar").click().run()
    assert not page.exception
    assert few.store.releases.current().release_id == "offline-base"
    page = releases_page(apartado="history")
    assert list(page.dataframe[0].value["Qué"]) == ["regresó", "publicó"]


def test_evidence_of_own_cases_never_says_that_it_is_enough(
    releases_page: Page, few: Workbench, monkeypatch: pytest.MonkeyPatch
):
    name = candidate(few)
    gathered(few, name)
    [witness] = few.release_desk.witnesses(name)
    monkeypatch.setattr(few.release_desk, "witnesses", lambda _release: (replace(witness, is_own=True),))
    page = releases_page(candidata=name)
    assert "Casos propios: nada se perdió" in shown(page)
    assert "La evidencia permite publicarla" not in shown(page)


def test_evidence_that_grew_old_is_refused_with_the_reason(releases_page: Page, few: Workbench):
    name = candidate(few)
    gathered(few, name)
    few.store.releases.promote("offline-exacto", who="eva", reason="mientras tanto")
    page = releases_page(candidata=name)
    assert "no la comparó con la versión que hoy contesta, offline-exacto" in shown(page)
    assert button(page, "Publicar").disabled


def test_the_rule_is_asked_again_when_the_button_is_pressed(releases_page: Page, few: Workbench):
    name = candidate(few)
    gathered(few, name)
    page = releases_page(candidata=name)
    few.store.releases.promote("offline-exacto", who="eva", reason="mientras tanto")
    page = button(page, "Publicar").click().run()
    assert "No se publicó: la versión actual en el experimento" in page.error[0].value
    assert few.store.releases.current().release_id == "offline-exacto"


def test_a_roll_back_ends_the_release_that_the_page_named(releases_page: Page, few: Workbench):
    for release_id in ("offline-exacto", "local"):
        few.store.releases.promote(release_id, who="ana", reason="")
    page = releases_page()
    few.release_desk.roll_back(who="eva", reason="fue más rápida")
    page = button(page, "Regresar").click().run()
    assert "Alguien más lo cambió" in page.error[0].value
    assert few.store.releases.current().release_id == "offline-exacto"


def test_the_way_back_closes_once_it_was_taken(releases_page: Page, few: Workbench):
    """What opens next goes one step further: it must not stand where the first one was pressed."""
    for release_id in ("offline-exacto", "local"):
        few.store.releases.promote(release_id, who="ana", reason="")
    page = releases_page()
    page.session_state["releases-back-open-2"] = True
    page.run()
    page.text_input(key="releases-back-reason-2").set_value("se cayó el modelo")
    page = button(page, "Regresar").click().run()
    assert few.store.releases.current().release_id == "offline-exacto"
    assert few.store.releases.history()[-1].reason == "se cayó el modelo"
    assert page.session_state["releases-back-open-3"] is False
    assert page.text_input(key="releases-back-reason-3").value == ""


def test_only_a_publisher_promotes_overrides_or_rolls_back(releases_page: Page, few: Workbench, as_role: AsRole):
    name = candidate(few)
    gathered(few, name)
    few.store.releases.promote("offline-exacto", who="eva", reason="antes")
    few.store.releases.roll_back(who="eva", reason="")
    few.store.releases.promote("offline-exacto", who="eva", reason="antes")
    as_role(Role.EDITOR)
    page = releases_page(candidata=name)
    assert button(page, "Publicar").disabled
    assert button(page, "Publicar de todos modos").disabled
    assert button(page, "Regresar").disabled
    assert not button(page, "Correr la evidencia ahora").disabled
    as_role(Role.VIEWER)
    assert button(releases_page(candidata=name), "Correr la evidencia ahora").disabled


def test_an_override_needs_a_reason_and_stays_in_the_history(releases_page: Page, few: Workbench):
    name = candidate(few)
    page = button(releases_page(candidata=name), "Publicar de todos modos").click().run()
    assert "escribe el motivo de la excepción (5 letras o más)" in page.error[0].value
    assert few.store.releases.history() == ()
    reason = next(found for found in page.text_input if found.label == "Motivo de la excepción")
    page = button(reason.input("se cayó el proveedor").run(), "Publicar de todos modos").click().run()
    assert few.store.releases.current().release_id == name
    page = releases_page(apartado="history")
    assert "excepción; faltaba el experimento" in page.dataframe[0].value["Evidencia"][0]


def test_what_a_release_holds_and_what_differs(releases_page: Page, few: Workbench):
    name = candidate(few)
    page = releases_page(candidata=name, apartado="holds")
    table = page.dataframe[0].value
    assert dict(zip(table["Agente"], table["Prompt"], strict=True))["Financiamiento"] == "v002"
    page = releases_page(candidata=name, apartado="compare")
    changed = page.dataframe[0].value
    assert changed.values.tolist() == [["Financiamiento", "Prompt", "financing/v001", "financing/v002"]]
    few.store.releases.add(few.store.releases.get(name).model_copy(update={"release_id": "gemela"}), who="ana")
    page = releases_page(candidata="gemela", apartado="compare")
    page = page.selectbox[1].select(name).run()
    assert "exactamente lo mismo" in page.info[0].value


def test_what_people_write_is_shown_as_it_is_written(releases_page: Page, few: Workbench):
    name = candidate(few, description=HOSTILE)
    few.release_desk.override(name, None, who=HOSTILE, reason=HOSTILE)
    for part in ("decide", "holds", "compare", "history"):
        page = releases_page(candidata=name, apartado=part)
        assert not page.exception
        for written in [*page.caption, *page.markdown]:
            assert "<script>" not in written.value
            assert "**negritas**" not in written.value


def test_an_unknown_release_says_so(releases_page: Page):
    page = releases_page(candidata="nada")
    assert "Esa versión no existe" in page.info[0].value
    assert not page.exception


@pytest.mark.parametrize("ground", list(Ground))
def test_every_ground_is_said_in_every_language(ground: Ground):
    line = said(Refusal(ground, "grounding", ("a", "b"), lost=1, won=2, paired=3))
    assert "{" not in line
    for language in LANGUAGES:
        assert ground.value in table(language)["release_grounds"]
        assert ground.value in table(language)["release_ground_names"]


def test_agents_of_a_release_have_names(releases_page: Page):
    page = releases_page(candidata="local", apartado="holds")
    assert len(page.dataframe[0].value) == len(AgentName)
