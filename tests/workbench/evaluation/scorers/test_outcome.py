from __future__ import annotations

from datetime import date

import pytest

from bot_core.facts.facts import BoundaryFacts, InfoFacts, SalesFacts
from bot_core.knowledge.entry import Branch, Certainty, KnowledgeEntry
from bot_core.leads.lead import LeadKind
from bot_core.sessions.state import PendingQuestion
from tests.fakes.played import VISIT, case, faults, searched, turn

ANTARA = Branch(
    branch_id="antara", name="Antara Fashion Hall", city="Ciudad de México", state="CDMX", address="Molière"
)
TRIAL = KnowledgeEntry(
    entry_id="trial",
    tags=("trial",),
    certainty=Certainty.CORE,
    as_of=date(2026, 1, 1),
    text_es="7 días o 300 km",
    text_en="7 days or 300 km",
)


def test_a_request_is_recorded_once_and_its_reference_told(context):
    told, silent = turn("Referencia KV-7F3A9C", leads=[VISIT]), turn("Listo", leads=[VISIT])
    assert faults("lead", case({"lead": "appointment"}), [told], context) == []
    assert faults("lead", case({"lead": "appointment"}), [silent], context) == [
        "1: the reference KV-7F3A9C is not told"
    ]
    assert faults("lead", case({"lead": "reservation"}), [told], context) == [
        "1: 0 requests (reservation) were recorded, expected one"
    ]


def test_what_was_requested(context):
    listed, told = turn("Versa", searched("1001", "1002")), turn("KV-7F3A9C", leads=[VISIT])
    right = {"kind": "appointment", "car": 2, "branch": "antara", "day": "sabado", "name": "ana"}
    assert faults("lead", case({}, {"lead": right}), [listed, told], context) == []
    wrong = {"kind": "appointment", "car": 1, "branch": "midtown", "day": "lunes", "name": "Luis"}
    assert len(faults("lead", case({}, {"lead": wrong}), [listed, told], context) or []) == 4


def test_nothing_recorded_and_nothing_claimed(context):
    expected = case({"lead": {"kind": "appointment", "recorded": False}})
    assert faults("lead", expected, [turn("¿Qué día te queda?")], context) == []
    assert faults("lead", expected, [turn("Tu cita es KV-123ABC")], context) != []
    assert faults("lead", expected, [turn("Listo", leads=[VISIT])], context) != []


def test_a_request_of_any_turn_counts_at_the_end(context):
    conversation = case({}, {}, expect={"lead": "appointment"})
    assert faults("lead", conversation, [turn("KV-7F3A9C", leads=[VISIT]), turn()], context) == []
    assert faults("lead", conversation, [turn(), turn()], context) != []


def test_knowledge_entries(context):
    facts = InfoFacts(topic="prueba", entries=(TRIAL,))
    assert faults("info", case({"info": ["trial"]}), [turn("7 días", facts)], context) == []
    assert faults("info", case({"info": ["warranty"]}), [turn("7 días", facts)], context) == [
        "1: the entry warranty was not found; found trial"
    ]


@pytest.mark.parametrize(
    "facts",
    [
        InfoFacts(topic="sedes", branches=(ANTARA,)),
        SalesFacts(lead_kind=LeadKind.APPOINTMENT, branch=ANTARA),
        SalesFacts(lead_kind=LeadKind.APPOINTMENT, branch_choices=(ANTARA,)),
    ],
)
def test_branches_are_in_the_facts_and_in_the_words(context, facts):
    expected = case({"branches": ["antara"]})
    assert faults("info", expected, [turn("En Antara Fashion Hall", facts)], context) == []
    assert faults("info", expected, [turn("En Polanco", facts)], context) == ["1: the branch antara is not named"]


def test_no_branch_and_no_fact(context):
    away = InfoFacts(topic="sedes", absent_city="Mérida")
    assert faults("info", case({"branches": "none"}), [turn("No tengo una sede en Mérida", away)], context) == []
    assert faults("info", case({"branches": "none"}), [turn("Sí, en Mérida", away)], context) != []
    assert faults("info", case({"unknown": True}), [turn("No tengo el dato del CAT")], context) == []
    assert faults("info", case({"unknown": True}), [turn("El CAT es 15 %")], context) != []


def test_the_question_left_open(context):
    asked = turn("¿Qué día?", pending=PendingQuestion.LEAD_DAY)
    for wanted, right in (("lead_day", True), ("any", True), ("none", False), ("budget", False)):
        assert (faults("state", case({"asks": wanted}), [asked], context) == []) is right


def test_boundaries_and_flags(context):
    unsafe = turn("No", BoundaryFacts(subject="unsafe"), opted_out=True)
    assert faults("state", case({"boundary": "unsafe", "opted_out": True}), [unsafe], context) == []
    assert faults("state", case({"boundary": "media", "handed_off": True}), [unsafe], context) == [
        "1: boundary unsafe, expected media",
        "1: handed_off is False",
    ]
    assert faults("state", case({}, expect={"opted_out": False}), [unsafe], context) == ["1: opted_out is True"]


def test_buttons(context):
    assert faults("state", case({"buttons": "none"}), [turn()], context) == []
    assert faults("state", case({"buttons": "any"}), [turn()], context) == ["1: buttons: expected any"]
