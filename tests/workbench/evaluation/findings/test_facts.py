from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.evaluation.findings.facts import fact_differences, facts_of, marks
from workbench.evaluation.findings.records import Turn
from workbench.texts.texts import ENGLISH, speaking


def by_subject(rows: Any) -> Any:
    return {row.subject: (row.only_a, row.only_b) for row in rows}


def test_what_a_turn_rests_on_in_the_order_of_subjects(make):
    facts = facts_of(
        make.turn("Quedaría en $5,432.10 al mes a 48 meses.", make.searched("1001"), make.financed("5432.10"))
    )
    subjects = [subject for subject, _ in facts]
    assert subjects == sorted(subjects, key=["car", "down_payment", "loan", "plan"].index)
    assert ("plan", "48 months: $5,432.10") in facts
    assert ("loan", "$200,000") in facts


def test_amounts_cars_and_plans_that_differ(make):
    a = make.said("A 48 meses pagas $5,000", make.searched("1001", "1002"), make.financed("5000"))
    b = make.said("A 48 meses pagas $6,100", make.searched("1002"), make.financed("6100", down_payment="25000"))
    found = by_subject(fact_differences(a, b))
    assert found["plan"] == (("48 meses: $5,000",), ("48 meses: $6,100",))
    assert found["down_payment"] == (("$50,000",), ("$25,000",))
    assert len(found["car"][0]) == 1 and found["car"][1] == ()
    assert found["said"] == (("$5,000",), ("$6,100",))


def test_a_difference_is_said_in_the_language_that_is_read(make):
    a, b = make.said("A 48 meses pagas $5,000", make.financed("5000")), make.said("hola")
    spanish = {row.label: row.only_a for row in fact_differences(a, b)}
    with speaking(ENGLISH):
        english = {row.label: row.only_a for row in fact_differences(a, b)}
    assert spanish["Mensualidad"] == ("48 meses: $5,000",)
    assert english["Monthly payment"] == ("48 months: $5,000",)


@pytest.mark.parametrize(
    ("fact", "spanish", "english"),
    [
        (("intent", "financing"), "financiamiento", "financing"),
        (("detail", "make: Nissan"), "marca: Nissan", "make: Nissan"),
        (("detail", "correction: yes"), "corrige lo pedido: sí", "corrects what was asked: yes"),
        (("question", "which_car"), "cuál auto", "which car"),
        (("boundary", "unsafe"), "petición insegura", "unsafe request"),
        (("lead", "appointment"), "cita", "appointment"),
        (("car", "Nissan Versa 2019"), "Nissan Versa 2019", "Nissan Versa 2019"),
    ],
)
def test_names_of_our_own_are_said_as_people_call_them(make, fact: tuple[str, str], spanish: str, english: str):
    a, b = make.said("hola"), make.said("hola")
    turn = replace(a.turns[0], facts=(fact,))
    a = replace(a, turns=(turn,))
    assert fact_differences(a, b)[0].only_a == (spanish,)
    with speaking(ENGLISH):
        assert fact_differences(a, b)[0].only_a == (english,)


def test_alike_conversations_differ_in_nothing(make):
    one = make.said("A 48 meses pagas $5,000", make.financed("5000"))
    assert fact_differences(one, one) == ()


def test_a_turn_that_only_one_of_them_reached(make):
    short = make.said("hola")
    long = make.said("Pagas $5,000", make.financed("5000"))
    [row] = [row for row in fact_differences(short, long) if row.subject == "plan"]
    assert (row.turn, row.only_a) == (1, ()) and row.label == "Mensualidad"


def test_marks_are_where_a_reply_says_another_amount(make):
    a, b = make.said("Pagas $5,000 a 48 meses").turns[0], make.said("Pagas $6,100 a 48 meses").turns[0]
    [(start, end)] = marks(a, b)
    assert a.bot[start:end] == "$5,000"
    assert marks(a, a) == ()
    assert [a.bot[start:end] for start, end in marks(a, None)] == ["$5,000", "48 meses"]


def test_a_car_that_only_this_reply_names_is_marked(make):
    facts = (make.searched("1001"),)
    label = next(value for subject, value in facts_of(make.turn("x", *facts)) if subject == "car")
    a, b = make.said(f"Mira el {label}.", *facts).turns[0], make.said("No tengo ese auto.").turns[0]
    [(start, end)] = marks(a, b)
    assert a.bot[start:end] == label


@given(st.text(max_size=60), st.text(max_size=60))
def test_marks_never_overlap_and_stay_inside(one, other):
    turn, their = (Turn(customer=(), bot=text, expected_intents=None, understood_intents=()) for text in (one, other))
    reached = 0
    for start, end in marks(turn, their):
        assert reached <= start < end <= len(one)
        reached = end


def test_what_was_understood_is_kept_by_the_names_of_the_code(make):
    from bot_core.intents import Intent, IntentDetail

    detail = IntentDetail(intent=Intent.CAR_RECOMMENDATION, make="Nissan", correction=True)
    facts = facts_of(make.turn("ok", intents=[detail]))
    assert ("intent", "car_recommendation") in facts
    assert ("detail", "make: Nissan") in facts and ("detail", "correction: yes") in facts
