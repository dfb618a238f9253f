from __future__ import annotations

import threading
from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from workbench.records import ExperimentProgress, ExperimentSpec, RunStatus, VariantSpec
from workbench.runner.workbench import Workbench

Page = Callable[[], AppTest]


def run_experiment(workbench: Workbench, experiment_id: str) -> None:
    spec = ExperimentSpec(
        name="uno / dos",
        variants=(VariantSpec(name="A"), VariantSpec(name="B", release_id="offline-exacto")),
        case_ids=("greeting-hola",),
    )
    workbench.experiments.start(spec, experiment_id=experiment_id)
    pause = threading.Event()
    while workbench.experiments.progress(experiment_id).status in (RunStatus.QUEUED, RunStatus.RUNNING):
        pause.wait(0.05)


def test_the_builder_offers_a_first_comparison_that_costs_nothing(ab_page: Page):
    page = ab_page().run()
    assert not page.exception
    releases = [box.value for box in page.selectbox if box.label == "Versión del bot"]
    assert releases == ["offline-base", "offline-exacto"]
    assert any("no cuesta nada" in caption.value for caption in page.caption)
    assert "Aquí aparecerán tus comparaciones." in [caption.value for caption in page.caption]


def test_equal_variants_are_named_as_such(ab_page: Page):
    page = ab_page().run()
    [_, second] = [box for box in page.selectbox if box.label == "Versión del bot"]
    second.select("offline-base").run()
    assert "A y B son iguales" in page.warning[0].value


def test_a_stored_experiment_is_opened_from_the_list_with_intervals(ab_page: Page, workbench: Workbench):
    run_experiment(workbench, "e1")
    page = ab_page().run()
    next(button for button in page.sidebar.button if "uno / dos" in button.label).click().run()
    assert not page.exception
    assert page.query_params["experimento"] == "e1"
    table = page.dataframe[0].value
    assert table["Qué se revisa"].iloc[0] == "Caso completo"
    assert all("(" in rate or rate == "Sin casos que revisar" for rate in [*table["A"], *table["B"]])
    assert any("no un veredicto" in caption.value for caption in page.caption)
    assert any("Corrida sin modelo" in info.value for info in page.info)


def test_an_experiment_whose_process_died_is_called_interrupted(ab_page: Page, workbench: Workbench):
    spec = ExperimentSpec(name="uno", variants=(VariantSpec(name="A"),))
    folder = workbench.experiments.files.create(spec, "e1")
    folder.write_progress(ExperimentProgress(experiment_id="e1", name="uno", status=RunStatus.RUNNING, runs=()))
    page = ab_page()
    page.query_params["experimento"] = "e1"
    page.run()
    assert not page.exception
    assert "No hay casos jugados por las dos variantes" in page.info[0].value


def test_an_unknown_experiment_says_what_to_do(ab_page: Page):
    page = ab_page()
    page.query_params["experimento"] = "nada"
    page.run()
    assert "no existe aquí" in page.info[0].value
