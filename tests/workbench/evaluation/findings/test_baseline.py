from __future__ import annotations

from tests.fakes.found import P, by_baseline, plans
from workbench.evaluation.findings import findings
from workbench.evaluation.findings.data import as_data
from workbench.evaluation.findings.notes import baseline_note
from workbench.evaluation.report.experiment.markdown import summary
from workbench.evaluation.report.experiment.page import page
from workbench.texts.texts import speaking


def test_a_variant_that_the_baseline_answered_for_is_named_with_the_share():
    own = plans([], "5000", cases=4)
    mixed = [by_baseline(own[0]), by_baseline(own[1], "later"), *own[2:]]
    found = findings([own, mixed], ["A", "B"])
    [one] = found.by_baseline
    assert (one.variant, one.answered, one.calls, one.share) == ("B", 2, 4, 0.5)
    assert (one.keys, one.example) == (("case-00", "case-01"), "ModelInvalidAnswer: no JSON")
    for said in (page(found), summary(found)):
        assert "El modelo de «B» no contestó por sí mismo el 50.0 % de sus llamadas (2 de 4)" in said
        assert "en 2 conversaciones que cuentan como las demás. Motivo: ModelInvalidAnswer: no JSON" in said
        assert "El modelo de «A»" not in said
    assert as_data(found)["by_baseline"][0]["share"] == 0.5


def test_it_is_said_in_the_language_that_is_read():
    [one] = findings([[by_baseline(plans([], "5000", cases=1)[0])]], ["A"]).by_baseline
    with speaking("en"):
        assert baseline_note(one).startswith(
            "The model of «A» did not answer 100.0 % of its calls itself (1 of 1): the baseline answered for it, "
            "in 1 conversation that counts"
        )


def test_nothing_is_said_of_agents_without_a_model(make):
    assert findings([[make.played("case-1", intent=P)]], ["A"]).by_baseline == ()
