"""The right fact for a question as typed, and nothing where nothing fits."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot_core.knowledge.entry import Certainty
from bot_core.knowledge.service import KnowledgeService

ASKED: list[tuple[str, str]] = [
    (question, entry_id)
    for entry_id, questions in yaml.safe_load(
        Path(__file__).with_name("questions.yaml").read_text(encoding="utf-8")
    ).items()
    for question in questions
]
LEAST_SHARE = 0.95

NOT_OURS = (
    "hola buenas tardes",
    "quién ganó el mundial",
    "cuál es la capital de francia",
    "receta de pozole",
    "cuéntame un chiste",
    "escribe un poema de amor",
    "qué opinas del presidente",
    "busco un versa 2019",
    "quiero un sedán automático de menos de 250 mil",
    "el segundo",
    "ok gracias",
    "sí por favor",
    "mañana va a llover?",
    "me duele la cabeza",
    "who won the world cup",
    "what is the weather like",
    "asdfghjk",
    "🙂🙂",
    "",
    "1234567890",
)


def ids(knowledge: KnowledgeService, question: str, *, limit: int = 3) -> list[str]:
    return [hit.entry.entry_id for hit in knowledge.search(question, limit=limit)]


def test_the_right_fact_comes_first(kavak: KnowledgeService) -> None:
    missed = [(q, wanted, ids(kavak, q)) for q, wanted in ASKED if ids(kavak, q)[:1] != [wanted]]

    assert len(ASKED) >= 150
    assert len(missed) <= (1 - LEAST_SHARE) * len(ASKED), missed


def test_no_question_of_the_table_is_copied_from_the_file(kavak: KnowledgeService) -> None:
    listed = {question for entry in kavak.entries for question in entry.questions}
    assert not [question for question, _ in ASKED if question in listed and len(question.split()) > 3]


def test_every_entry_is_asked_for_in_the_table(kavak: KnowledgeService) -> None:
    asked = {entry_id for _, entry_id in ASKED}
    assert {entry.entry_id for entry in kavak.entries} - asked == {"inspection-centers"}


def test_every_phrasing_finds_its_own_entry(kavak: KnowledgeService) -> None:
    wrong = [
        (entry.entry_id, question, ids(kavak, question))
        for entry in kavak.entries
        for question in entry.questions
        if ids(kavak, question)[:1] != [entry.entry_id]
    ]
    assert wrong == []


@pytest.mark.parametrize("text", NOT_OURS)
def test_nothing_is_found_where_nothing_fits(kavak: KnowledgeService, text: str) -> None:
    assert ids(kavak, text) == []


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("¿me dan garantía de aprobación del crédito?", ["approval"]),
        ("¿puedo hacer una prueba de manejo?", ["test-drive"]),
        ("¿cuántos días de prueba tengo?", ["trial"]),
        ("¿qué cubre la garantía?", ["warranty-coverage"]),
        ("¿cuánto cuesta la garantía extendida?", ["warranty-price"]),
    ],
)
def test_a_shared_word_is_no_reason_for_a_second_fact(
    kavak: KnowledgeService, question: str, wanted: list[str]
) -> None:
    assert ids(kavak, question) == wanted


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("¿dan garantía y aceptan tarjeta?", {"warranty", "payment-methods"}),
        ("¿qué documentos necesito y reciben mi auto a cuenta?", {"plan-documents", "trade-in"}),
        ("dónde están y a qué hora abren", {"branches", "hours"}),
    ],
)
def test_two_questions_find_two_facts(kavak: KnowledgeService, question: str, wanted: set[str]) -> None:
    assert set(ids(kavak, question)) == wanted


def test_the_limit_keeps_the_best(kavak: KnowledgeService) -> None:
    question = "dan garantía, aceptan tarjeta y a qué hora abren"
    assert ids(kavak, question, limit=1) == ids(kavak, question)[:1]
    assert len(ids(kavak, question)) == 3


@pytest.mark.parametrize(
    "question",
    [
        "¿qué cubre la garantía?",
        "¿cuánto cuesta kavak total?",
        "¿a qué hora abren en Midtown?",
        "¿cuál es el CAT?",
        "¿cobran comisión por apertura?",
        "¿incluye seguro?",
        "¿puedo liquidar antes?",
        "¿tienen meses sin intereses?",
        "¿puedo pagar en efectivo?",
        "¿me devuelven mi dinero?",
    ],
)
def test_what_is_unknown_stays_unknown(kavak: KnowledgeService, question: str) -> None:
    [hit] = kavak.search(question, limit=1)
    assert hit.entry.certainty is Certainty.UNKNOWN


def test_scores_fall_and_end_at_a_hundred(kavak: KnowledgeService) -> None:
    exact = kavak.search("¿TIENEN GARANTÍA?")
    assert exact[0].score == pytest.approx(100)
    many = [hit.score for hit in kavak.search("dan garantía y aceptan tarjeta y puedo verlo por video")]
    assert many == sorted(many, reverse=True)


@given(text=st.text(max_size=200))
def test_any_text_can_be_asked(kavak: KnowledgeService, text: str) -> None:
    hits = kavak.search(text)
    assert len(hits) <= 3
    assert all(0 < hit.score <= 100.000001 for hit in hits)
    assert kavak.branches_in(text) is not None
    assert kavak.find_branch(text) is None or kavak.find_branch(text) in kavak.branches
