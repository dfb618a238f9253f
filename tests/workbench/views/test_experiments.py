from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from bot_core.llm.gateway import ModelSettings
from tests.fakes.found import Make, plans, preference, preferred, stored
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import unauthorized
from workbench.evaluation.dataset.loading import load_dataset
from workbench.evaluation.experiments.running import run_experiment
from workbench.records import ExperimentSpec, JudgeSpec, Provenance, RunStatus, VariantSpec
from workbench.runner.workbench import Workbench
from workbench.storage.preference_files import PairOutcome
from workbench.views.experiments.progress import LIVE

Page = Callable[[], AppTest]
SECONDS = 30.0


@pytest.fixture
def page(workbench: Workbench) -> Page:
    def script() -> None:
        from workbench.views.experiments import page

        page.show()

    return lambda: AppTest.from_function(script, default_timeout=SECONDS)


def played(workbench: Workbench, *others: str, cases: tuple[str, ...] = (), trials: int = 1) -> str:
    """A finished experiment of offline-base against `others`."""
    names = ["offline-base", *others]
    spec = ExperimentSpec(
        name=" / ".join(names),
        variants=tuple(VariantSpec(name="ABCD"[n], release_id=name) for n, name in enumerate(names)),
        case_ids=cases,
        trials=trials,
    )
    folder = workbench.experiments.files.create(spec)
    asyncio.run(run_experiment(folder, workbench.settings))
    assert folder.progress().status is RunStatus.FINISHED
    return folder.experiment_id


def opened(page: Page, experiment_id: str, view: str = "verdict", **places: str) -> AppTest:
    run = page()
    run.query_params.update({"experimento": experiment_id, "vista": view, **places})
    return run.run()


def texts(run: AppTest) -> str:
    shown = [*run.markdown, *run.caption, *run.info, *run.warning, *run.success]
    return "\n".join(str(one.value).replace("\\", "") for one in shown)


def test_the_form_offers_a_first_comparison_that_costs_nothing(page: Page):
    run = page().run()
    assert not run.exception
    assert [box.value for box in run.selectbox if box.label == "Versión del bot"] == ["offline-base", "offline-exacto"]
    assert "No llama a ningún modelo" in texts(run)
    assert "95 % de confianza" in texts(run), "what it can show is said before it starts"
    assert "Aquí aparecerán tus experimentos." in texts(run)


def test_equal_variants_are_named_as_such(page: Page):
    run = page().run()
    [_, second] = [box for box in run.selectbox if box.label == "Versión del bot"]
    second.select("offline-base").run()
    assert "Dos variantes son iguales" in run.warning[0].value


def test_starting_it_opens_it_and_it_ends_in_the_list(page: Page, workbench: Workbench):
    run = page().run()
    run.number_input(key="experiment-sample-smoke").set_value(3).run()
    run.button(key="experiment-start").click().run()
    experiment_id = "".join(run.query_params["experimento"])
    pause = threading.Event()
    while workbench.experiments.progress(experiment_id).status in LIVE:
        pause.wait(0.05)
    progress = workbench.experiments.progress(experiment_id)
    assert progress.status is RunStatus.FINISHED
    assert [one.total for one in progress.runs] == [3, 3]
    run = page().run()
    assert any("offline" in button.label for button in run.sidebar.button)


@pytest.mark.parametrize(
    "view", ["verdict", "conversations", "rates", "intents", "failures", "spending", "prompts", "settings"]
)
def test_every_view_of_a_finished_experiment_is_drawn(page: Page, workbench: Workbench, view: str):
    run = opened(page, played(workbench, "offline-exacto"), view)
    assert not run.exception
    assert not run.error
    assert "Evidencia insuficiente" in texts(run)


@pytest.mark.parametrize(("view", "name"), [("verdict", "conversaciones correctas"), ("rates", "autos mostrados")])
def test_a_phone_has_the_whole_width_for_the_lines(page: Page, workbench: Workbench, view: str, name: str):
    """Names stand above their lines: beside them they would take most of a screen of 390 pixels."""
    [chart] = opened(page, played(workbench, "offline-exacto"), view).get("plotly_chart")
    layout = json.loads(chart.proto.spec)["layout"]
    assert not layout["yaxis"]["showticklabels"]
    assert layout["xaxis"]["tickangle"] == 0
    above = {one["text"]: one for one in layout["annotations"]}
    assert (above[name]["xref"], above[name]["x"], above[name]["xanchor"]) == ("paper", 0, "left")
    assert len(layout["xaxis"]["title"]["text"]) <= 44, "no more than 390 pixels hold"


def test_the_conversations_that_changed_come_first_side_by_side(page: Page, workbench: Workbench):
    experiment_id = played(workbench, "offline-exacto")
    flip = workbench.findings.of_experiment(experiment_id).comparisons[0].flips[0]
    run = opened(page, experiment_id, "conversations")
    assert flip.a.why in texts(run)
    assert {f"**Variante {name}** · " in texts(run) for name in "AB"} == {True}


def test_the_report_is_made_when_asked_for_and_can_be_downloaded(page: Page, workbench: Workbench):
    run = opened(page, played(workbench, "offline-exacto"), "report")
    run.button(key="experiment-report").click().run()
    assert not run.exception
    assert {"Descargar HTML", "Descargar Markdown", "Descargar JSON"} <= {
        str(getattr(button, "label", "")) for button in run.get("download_button")
    }


def test_with_three_variants_one_chooses_which_is_compared_with_a(page: Page, workbench: Workbench):
    run = opened(page, played(workbench, "offline-exacto", "offline-base"))
    assert not run.exception
    assert "contra" in run.query_params


def test_every_text_names_the_two_variants_that_are_compared(page: Page, workbench: Workbench):
    experiment_id = played(workbench, "offline-base", "offline-exacto")
    folder = workbench.experiments.files.open(experiment_id)
    judge = JudgeSpec(model=ModelSettings(model="openai/judge"), pairwise=True)
    folder.write_spec(folder.spec.model_copy(update={"judge": judge}))
    first = next(result.case_id for result in folder.results(folder.run_ids()[0]))
    preferred(folder, folder.run_ids()[2], [preference(first, PairOutcome.CANDIDATE)])
    run = opened(page, experiment_id, contra="C")
    assert [found.value for found in run.main.subheader] == ["Diferencia de C contra A", "A quién prefiere el juez"]
    assert {"A", "C", "C gana en", "C pierde en"} <= set(run.dataframe[0].value.columns)
    assert "De las decididas C gana" in texts(run)
    assert run.button(key="experiment-prefers-candidate").label == "Prefiere C 1"
    assert run.button(key="experiment-prefers-baseline").label == "Prefiere A 0"
    assert not re.search(r"\bB\b", "\n".join([texts(run), *run.dataframe[0].value.columns]))

    run = opened(page, experiment_id, "conversations", contra="C")
    kinds = run.button_group(key="experiment-filter-kind").options
    assert [option.partition(" ·")[0] for option in kinds][:2] == ["C perdió", "C ganó"]
    assert "Las variantes A y C usan" in texts(opened(page, experiment_id, "prompts", contra="C"))


def test_one_variant_has_figures_but_no_verdict(page: Page, workbench: Workbench):
    run = opened(page, played(workbench))
    assert not run.exception
    assert "Una sola variante" in texts(run)


def test_two_stored_runs_of_different_experiments_are_compared(page: Page, workbench: Workbench):
    first, second = played(workbench), played(workbench, "offline-exacto")
    run = page()
    run.query_params["corridas"] = f"{first}-1,{second}-2"
    run.run()
    assert not run.exception
    assert "Evidencia insuficiente" in texts(run)


def test_an_experiment_over_its_budget_asks_for_a_larger_one(page: Page, workbench: Workbench):
    folder = workbench.experiments.files.create(
        ExperimentSpec(name="caro", variants=(VariantSpec(name="A"),), budget_usd=Decimal("0.5"))
    )
    progress = folder.progress()
    folder.write_progress(progress.model_copy(update={"status": RunStatus.OVER_BUDGET, "usd_spent": Decimal("0.49")}))
    run = opened(page, folder.experiment_id)
    assert "tope de gasto" in texts(run)
    assert run.number_input(key="experiment-new-budget").value == 1.0
    assert run.button(key="experiment-resume").label == "Retomar"


def test_what_the_judge_prefers_is_below_the_verdict_and_leads_to_conversations(page: Page, workbench: Workbench):
    experiment_id = played(workbench, "offline-exacto")
    folder = workbench.experiments.files.open(experiment_id)
    judge = JudgeSpec(model=ModelSettings(model="openai/judge"), pairwise=True)
    folder.write_spec(folder.spec.model_copy(update={"judge": judge}))
    [first, second, third, *_] = [result.case_id for result in folder.results(folder.run_ids()[0])]
    outcomes = {first: PairOutcome.CANDIDATE, second: PairOutcome.CANDIDATE, third: PairOutcome.UNSCORED}
    preferred(folder, folder.run_ids()[1], [preference(name, outcome) for name, outcome in outcomes.items()])
    run = opened(page, experiment_id)
    assert not run.exception
    assert "De las decididas B gana 100.0 %" in texts(run)
    assert "Este juez no se ha calibrado" in texts(run)
    assert run.button(key="experiment-prefers-unscored").label == "El juez falló 1"
    run.button(key="experiment-prefers-candidate").click().run()
    assert "".join(run.query_params["vista"]) == "conversations"


def test_what_ended_in_an_error_is_repeated_by_a_button(page: Page, workbench: Workbench):
    cases = tuple(case.id for case in load_dataset().split("smoke")[:2])
    with ModelServer(unauthorized()) as server:
        refused = VariantSpec(name="A", model=ModelSettings(model="openai/own", api_base=server.openai_base))
        folder = workbench.experiments.files.create(ExperimentSpec(name="caído", variants=(refused,), case_ids=cases))
        asyncio.run(run_experiment(folder, workbench.settings))
        run = opened(page, folder.experiment_id)
        assert run.button(key="experiment-retry-errors").label == "Repetir los 2 sin poder revisar"
        run.button(key="experiment-retry-errors").click().run()
        pause = threading.Event()
        while workbench.experiments.progress(folder.experiment_id).status in LIVE:
            pause.wait(0.05)
    assert workbench.experiments.progress(folder.experiment_id).status is RunStatus.FINISHED
    assert len(folder.attempts(folder.run_ids()[0])) == 1


def test_what_the_judge_left_unscored_is_repeated_by_the_same_button(page: Page, workbench: Workbench):
    experiment_id = played(workbench, "offline-exacto", cases=("greeting-hola",))
    folder = workbench.experiments.files.open(experiment_id)
    progress = folder.progress()
    assert not any(button.key == "experiment-retry-errors" for button in opened(page, experiment_id).button)
    runs = tuple(run.model_copy(update={"unjudged": 2}) for run in progress.runs)
    folder.write_progress(progress.model_copy(update={"runs": runs}))
    run = opened(page, experiment_id)
    assert run.button(key="experiment-retry-errors").label == f"Repetir los {2 * len(runs)} sin poder revisar"


def test_an_unknown_experiment_says_what_to_do(page: Page):
    assert "no existe aquí" in texts(opened(page, "nada"))


def test_an_english_tab_reads_what_a_spanish_one_reads_in_its_own_words(page: Page, workbench: Workbench):
    """Both read the same findings, worked out once."""
    experiment_id = played(workbench, "offline-exacto", cases=("greeting-hola", "numbers-cuarto-de-millon"))

    def told(language: str, view: str = "verdict") -> str:
        run = page()
        run.session_state["idioma"] = language
        run.query_params.update({"experimento": experiment_id, "vista": view})
        run.run()
        assert not run.exception
        tables = [str(table.value.to_string()) for table in run.dataframe]
        return "\n".join([texts(run), *tables, *(button.label for button in run.button)])

    english = told("en") + told("en", "rates") + told("en", "spending") + told("en", "failures")
    assert "gave exactly the same in correct conversations" in english
    assert "response time per turn, most" in english
    for words in ("conversaciones", "puntos", "seguridad", "intervalo", "tiempo de respuesta", "máx"):
        assert words not in english, words
    assert "dieron exactamente lo mismo en conversaciones correctas" in told("es")


def test_a_simulators_faults_are_above_the_figures_and_lead_to_their_conversations(page: Page, workbench: Workbench):
    make = Make()
    faulty = [make.judged(make.simulated(f"p{n}", "simulator_fault", "silent"), 1) for n in range(4)]
    stored(workbench.experiments.files, "e1", faulty)
    run = opened(page, "e1", "rates")
    assert not run.exception
    assert "Falla del simulador en 4 de 4 conversaciones de «variante 1»: 100.0 % (intervalo de 95 %: 51.0 %" in texts(
        run
    )
    assert "no calificó ninguna de las 4 respuestas" in texts(run)
    ends = next(frame.value for frame in run.dataframe if "Final" in frame.value.columns)
    assert dict(zip(ends["Final"], ends["variante 1"], strict=True))["falla del simulador"] == 4
    run.button(key="experiment-faults-variante 1").click().run()
    assert "".join(run.query_params["vista"]) == "conversations"
    assert "Nada se pudo evaluar" in texts(opened(page, "e1", "failures"))


def test_what_went_wrong_is_told_in_the_readers_language_with_its_turn(page: Page, workbench: Workbench):
    make = Make()
    lost = make.played("c1", make.understood("greeting"), slots=("turn 1: price_max: expected 250000, got nothing",))
    stored(workbench.experiments.files, "e1", [lost])
    failures = opened(page, "e1", "failures").dataframe[0].value
    assert list(failures["Ejemplo"]) == ["turno 1: no entendió precio máximo: se esperaba $250,000"]
    assert [block.value for block in opened(page, "e1", "conversations").code] == list(failures["Ejemplo"])


def test_runs_on_other_data_are_warned_of(page: Page, workbench: Workbench):
    made = Provenance(hashes={"dataset": "d1", "catalog": "c1", "knowledge": "k1"})
    for name, catalog in (("e1", "c1"), ("e2", "c2")):
        own = made.model_copy(update={"hashes": made.hashes | {"catalog": catalog}})
        stored(workbench.experiments.files, name, plans([], "5000"), provenance=own)
    run = page()
    run.query_params.update({"corridas": "e1-1,e2-1", "vista": "settings"})
    run.run()
    assert not run.exception
    assert "No se jugó con lo mismo (el catálogo de autos): «variante 1 (e1-1)»: sample_catalog.csv c1" in texts(run)
    assert sum("catalog c" in block.value for block in run.code) == 2, "what each was made with"
