"""Questions of money that nobody has published an answer to."""

from __future__ import annotations

import pytest

from bot_core.financing.topics import unknown_topics


@pytest.mark.parametrize(
    ("question", "topics"),
    [
        ("¿cuál es el CAT?", ("cat",)),
        ("what's the APR", ("cat",)),
        ("cobran comisión por apertura?", ("opening_commission",)),
        ("incluye seguro", ("insurance",)),
        ("puedo hacer pagos anticipados", ("prepayment",)),
        ("puedo liquidar antes", ("prepayment",)),
        ("a meses sin intereses", ("interest_free",)),
        ("tienen MSI", ("interest_free",)),
        ("el cat y el seguro", ("cat", "insurance")),
        ("cuánto pago al mes", ()),
        ("tienen el catálogo?", ()),
        ("", ()),
    ],
)
def test_unpublished_topics(question: str, topics: tuple[str, ...]) -> None:
    assert unknown_topics([question]) == topics


def test_several_questions_make_one_answer_in_the_order_of_the_table() -> None:
    assert unknown_topics(["hay msi?", "y el cat?", "y el CAT promedio?"]) == ("cat", "interest_free")
