from __future__ import annotations

from typing import Any

import pytest
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

from tests.fakes.found import Make
from workbench.evaluation.findings import findings
from workbench.evaluation.report.experiment.markdown import summary
from workbench.evaluation.report.experiment.page import page


def run_of(make: Make, *ends: str) -> list[Any]:
    return [make.simulated(f"p{number}", end, *_faults(end)) for number, end in enumerate(ends)]


def _faults(end: str) -> tuple[str, ...]:
    return ("invented_fact",) if end == "simulator_fault" else ()


def test_ends_and_the_rate_of_faults_of_each_variant(make):
    ends = ["goal_reached", "simulator_fault", "gave_up", "max_turns", "simulator_fault"]
    [a, b] = findings([run_of(make, *ends), run_of(make, *["goal_reached"] * 5)], ["A", "B"]).variants
    assert a.simulated and b.simulated
    assert {one.end: len(one.keys) for one in a.simulated.ends} == {
        "goal_reached": 1, "gave_up": 1, "escalated": 0, "max_turns": 1, "simulator_fault": 2, "error": 0,
    }  # fmt: skip
    assert a.simulated.faults == ("simulated-p1", "simulated-p4")
    assert [(one.kind, one.label, len(one.keys)) for one in a.simulated.kinds] == [
        ("invented_fact", "inventó un dato", 2)
    ]
    found = (a.simulated.fault_share, a.simulated.low, a.simulated.high)
    assert found == pytest.approx((0.4, *proportion_confint(2, 5, method="wilson")))
    assert b.simulated.fault_share == 0.0 and b.simulated.kinds == ()


def test_seeds_of_a_persona_are_one_observation_inside(make):
    """Ten seeds of two personas say less than twenty personas."""
    results = [
        make.simulated(persona, "simulator_fault" if persona == "p0" else "goal_reached", trial=trial)
        for persona in ("p0", "p1")
        for trial in range(1, 11)
    ]
    [variant] = findings([results], ["A"]).variants
    assert variant.simulated
    assert (variant.simulated.low, variant.simulated.high) == pytest.approx(proportion_confint(1, 2, method="wilson"))
    assert "simulated-p0#10" in variant.simulated.faults


def test_fixed_messages_have_no_ends(make):
    [variant] = findings([[make.played("case-1")]], ["A"]).variants
    assert variant.simulated is None
    assert "clientes simulados" not in summary(findings([[make.played("case-1")]], ["A"]))


def test_when_all_are_faults_the_report_does_not_say_that_nothing_fails(make):
    found = findings([run_of(make, *["simulator_fault"] * 4)], ["A"])
    html, text = page(found), summary(found)
    for said in (html, text):
        assert "Ninguna falla" not in said
        assert "Nada se pudo evaluar" in said
        assert "Cómo terminaron los clientes simulados" in said
        assert "en 4 de 4 conversaciones de «A»: 100.0 % (intervalo del 95 %: 51.0 % a 100.0 %)" in said
        assert "se cuentan aparte" in said
    assert "| falla del simulador | 4 |" in text and "- inventó un dato: 4" in text
    assert 'data-k="0,1,2,3" data-t="A: falla del simulador"' in html


def test_ends_are_side_by_side_in_the_markdown_report(make):
    runs = [run_of(make, "goal_reached", "gave_up"), run_of(make, "goal_reached", "goal_reached")]
    text = summary(findings(runs, ["A", "B"]))
    assert "| Final | A | B |" in text
    assert "| logró su meta | 1 | 2 |" in text and "| se fue sin lograrla | 1 | 0 |" in text
