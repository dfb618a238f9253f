from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from bot_core.llm.gateway import ModelSettings
from tests.fakes.found import Make, stored
from tests.fakes.pages import Page, page_of
from workbench.evaluation.judge.rules import RULE_JUDGE
from workbench.records import CaseResult, JudgeSpec, JudgeWarning, Verdict
from workbench.runner.workbench import Workbench

MODEL = JudgeSpec(model=ModelSettings(model="openai/nobody"))


@pytest.fixture
def show(workbench: Workbench) -> Page:
    def script() -> None:
        from workbench.views.experiments import page

        page.show()

    return page_of(script)


def texts(run: AppTest) -> str:
    return "\n".join(str(one.value).replace("\\", "") for one in [*run.caption, *run.warning])


def calls_of(run: AppTest) -> int:
    [told] = [caption.value for caption in run.caption if "llamadas" in caption.value]
    return int(re.search(r"([\d,]+) llamadas", told)[1].replace(",", ""))  # type: ignore[index]


def judge_table(run: AppTest) -> dict[str, str]:
    [row] = next(frame.value for frame in run.dataframe if "Kappa" in frame.value.columns).to_dict("records")
    return {str(name): str(value) for name, value in row.items()}


def judged_by(workbench: Workbench, judge: JudgeSpec, *warnings: JudgeWarning) -> None:
    """Experiment "e1": two variants of 20 conversations, whose tone the judge passes in 10 and 16 of them."""

    def run(bad: int) -> list[CaseResult]:
        return [
            Make.played(f"case-{number}", judge_tone=("mal: seco",) if number < bad else Verdict.PASS).model_copy(
                update={"warnings": warnings}
            )
            for number in range(20)
        ]

    folder = stored(workbench.experiments.files, "e1", run(10), run(4))
    folder.write_spec(folder.spec.model_copy(update={"judge": judge}))


def test_pairs_are_asked_for_beside_the_judge_and_cost_something(show: Page, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    run = show()
    assert not any(box.key == "experiment-judge-pairs" for box in run.checkbox)
    judge = run.selectbox(key="experiment-judge")
    judge.select(next(name for name in judge.options if "4o" in name)).run()
    assert "Este juez no se ha calibrado" in texts(run)
    alone = calls_of(run)
    run.checkbox(key="experiment-judge-pairs").check().run()
    assert not run.exception
    assert calls_of(run) > alone


def test_the_embedded_rules_judge_for_nothing_and_say_that_they_are_below_the_floor(show: Page, workbench: Workbench):
    run = show()
    run.selectbox(key="experiment-judge").select("Reglas incluidas, sin modelo (gratis)").run()
    assert not run.exception
    assert "quedó por debajo del mínimo" in texts(run)
    assert "No llama a ningún modelo; no cuesta nada." in texts(run)
    assert not any(box.key == "experiment-judge-pairs" for box in run.checkbox), "rules do not compare"
    run.number_input(key="experiment-sample-smoke").set_value(2).run()
    run.button(key="experiment-start").click().run()
    [started] = workbench.experiments.list()
    assert workbench.experiments.files.open(started.experiment_id).spec.judge == RULE_JUDGE


def test_the_page_says_of_the_judge_what_the_report_says(show: Page, workbench: Workbench):
    judged_by(workbench, RULE_JUDGE)
    run = show(experimento="e1", vista="rates")
    [found] = workbench.findings.of_experiment("e1").judge
    row = judge_table(run)
    assert row["Kappa"] == f"{found.kappa:.2f} ({found.kappa_low:.2f}–{found.kappa_high:.2f})"
    assert row["Reconoce buenas"].startswith(f"{100 * (found.sensitivity or 0):.1f} % (")
    assert row["Reconoce malas"].endswith(f"–{100 * (found.specificity_high or 0):.0f})")
    assert row["¿Cuenta?"] == "no"
    assert row["variante 2, corregida"].endswith(f"–{100 * found.corrected[1].high:.0f})")
    assert "quedó por debajo del mínimo" in texts(run)
    assert f"Reglas incluidas, sin modelo (gratis) con rules/v001 · {found.labelled} respuestas" in texts(run)


def test_a_judge_that_was_never_calibrated_is_named_as_such(show: Page, workbench: Workbench):
    judged_by(workbench, MODEL)
    run = show(experimento="e1", vista="rates")
    assert "Este juez no se ha calibrado" in texts(run)
    row = judge_table(run)
    assert (row["Kappa"], row["Reconoce malas"], row["variante 1, corregida"]) == ("–", "–", "– (0–100)")


def test_a_judge_of_its_own_words_is_warned_of_and_leads_to_them(show: Page, workbench: Workbench):
    judged_by(workbench, MODEL, JudgeWarning(kind="same_model", message="its own"))
    run = show(experimento="e1", vista="rates")
    assert "variante 1: El juez es el mismo modelo que contestó" in texts(run)
    run.button(key="experiment-judge-same_model-variante 1").click().run()
    assert "".join(run.query_params["vista"]) == "conversations"


def test_without_a_judge_there_is_nothing_to_say_of_it(show: Page, workbench: Workbench):
    stored(workbench.experiments.files, "e1", [Make.played("case-1", intent=Verdict.PASS)])
    run = show(experimento="e1", vista="rates")
    assert "Qué tanto se le puede creer al juez" not in [found.value for found in run.subheader]
