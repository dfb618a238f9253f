from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.fakes.found import by_baseline, plans, stored
from workbench.records import RunStatus
from workbench.runner.workbench import Workbench


def shown(experiment_id: str) -> None:
    from workbench import session
    from workbench.evaluation.findings.stored import experiment_findings
    from workbench.views.experiments.notes import show_notes

    show_notes(experiment_findings(session.workbench().experiments.files.open(experiment_id)))


def test_what_the_baseline_answered_for_a_model_is_above_the_figures(workbench: Workbench):
    own = plans([], "5000", cases=4)
    stored(workbench.experiments.files, "e1", own, [by_baseline(own[0], "no <b>JSON</b>"), *own[1:]])
    [warning] = AppTest.from_function(shown, args=("e1",), default_timeout=30).run().warning
    said = warning.value.replace("\\", "")
    assert "El modelo de «variante 2» no contestó por sí mismo el 25.0 % de sus llamadas (1 de 4)" in said
    assert "en 1 conversación que cuenta como las demás" in said


def test_how_far_it_is_says_so_while_it_runs(workbench: Workbench):
    folder = stored(workbench.experiments.files, "e1", plans([], "5000", cases=4))
    progress = folder.progress()
    runs = tuple(run.model_copy(update={"model_calls": 8, "baseline_calls": 1}) for run in progress.runs)
    folder.write_progress(progress.model_copy(update={"status": RunStatus.PAUSED, "runs": runs}))

    def script() -> None:
        from workbench import session
        from workbench.views.experiments.progress import show_stopped

        show_stopped(session.workbench().experiments.files.open("e1").progress())

    [bar] = AppTest.from_function(script, default_timeout=30).run().get("progress")
    assert "la base sin modelo contestó el 12.5 % de las llamadas" in bar.proto.text
