from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.evaluation.findings.reasons import reason_said
from workbench.evaluation.judge.exhibit import Exhibit
from workbench.evaluation.judge.rubric import Rubric
from workbench.evaluation.judge.rules import rule_verdicts
from workbench.records import Verdict

VERSA = json.dumps([{"cars": [{"n": 1, "label": "Nissan Versa 2019", "price": "$197,999", "km": "35,615 km"}]}])
WARRANTY = json.dumps([{"answers": ["Tu auto tiene garantía de 3 meses.", "Llevas identificación y comprobante."]}])


def faults(reply: str, facts: str = VERSA, customer: str = "busco un versa") -> dict[Rubric, str]:
    verdicts = rule_verdicts(Exhibit(customer=customer, reply=reply, facts=facts))
    assert [one.rubric for one in verdicts] == list(Rubric)
    return {one.rubric: one.reason for one in verdicts if one.verdict is Verdict.FAIL}


def test_a_good_reply_has_no_fault():
    assert faults("Encontré el *Nissan Versa 2019* en $197,999 con 35,615 km. ¿Te paso las mensualidades?") == {}


@pytest.mark.parametrize(
    ("reply", "rubric", "reason"),
    [
        ("El *Nissan Versa 2019* está en $150,000.", Rubric.HELPFULNESS, "$150,000"),
        ("El *Toyota Yaris 2019* está en $197,999, no el Versa.", Rubric.HELPFULNESS, "toyota"),
        ("El Nissan Versa 2019 ya te lo aparté.", Rubric.HELPFULNESS, "promised"),
        ("El Nissan Versa 2019 pasa 360 puntos de inspección.", Rubric.HELPFULNESS, "invented"),
        ("¡Claro que sí! Tenemos de todo para ti.", Rubric.COMPLETENESS, "says nothing"),
        ("Qué flojera. El Nissan Versa 2019 cuesta $197,999.", Rubric.TONE, "rude"),
        ("**Nissan Versa 2019** en $197,999", Rubric.TONE, "Markdown"),
        ("Nissan Versa 2019 " * 60, Rubric.TONE, "characters"),
        ("I found the Nissan Versa 2019 for you, it is $197,999 and you can see it.", Rubric.TONE, "English"),
    ],
)
def test_what_the_rules_know(reply, rubric, reason):
    told = faults(reply)[rubric]
    assert reason in told
    assert reason_said(told) != told, "what the rules say has a Spanish text in findings/labels.yaml"


def test_one_of_two_answers_is_not_enough():
    told = faults("Tu auto tiene garantía de 3 meses.", WARRANTY)[Rubric.COMPLETENESS]
    assert "identificacion" in told
    assert reason_said(told).startswith("deja algo sin contestar: ")
    both = "Tu auto tiene garantía de 3 meses. Llevas identificación y comprobante."
    assert faults(both, WARRANTY) == {}


def test_what_the_customer_said_may_be_repeated():
    assert faults("Con $50,000 de enganche por el Nissan Versa 2019.", customer="versa con 50 mil de enganche") == {}
    english = "I found the Nissan Versa 2019 for you, it is $197,999 and you can see it."
    assert faults(english, customer="do you have a versa for me, and is it the 2019?") == {}


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=200))
def test_rules_never_break(reply, facts, customer):
    assert set(faults(reply, facts, customer)) <= set(Rubric)
