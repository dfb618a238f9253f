"""Which answer may be paid again: only one that was on the wire when its worker was killed."""

from __future__ import annotations

import pytest

from channels.sandbox.model_server import Call
from channels.scorecard.fleet import Death
from channels.scorecard.paid import asked_again, is_excused, paid_rows

KILLED = Death(12.0, "worker-0", "during_model=0.1")


def answer(serial: int, asked_at: float, *, key: str = "worker-0", took: float = 1.0) -> Call:
    return Call(serial, "the same question", "1", key, asked_at, asked_at + took, asked_at + took)


def test_only_answers_to_one_question_pair_up():
    other = Call(3, "another question", "1", "worker-0", 11.0, 12.0, 12.0)
    refused = Call(4, "the same question", "1", "worker-0", 11.0)
    first, second = answer(1, 10.0), answer(2, 13.0)
    assert asked_again([second, other, refused, first]) == [(first, second)]


def test_an_answer_that_died_with_its_worker_may_be_asked_again():
    first, second = answer(1, 11.0, took=0.9), answer(2, 13.0)
    assert is_excused(first, second, [(KILLED, frozenset())])
    assert all(row.passed for row in paid_rows([first, second], [(KILLED, frozenset())]))


@pytest.mark.parametrize(
    ("first", "deaths"),
    [
        pytest.param(answer(1, 11.0), [], id="nobody died"),
        pytest.param(answer(1, 11.0), [(KILLED, frozenset({1}))], id="it was kept"),
        pytest.param(answer(1, 11.0, key="worker-1"), [(KILLED, frozenset())], id="somebody else died"),
        pytest.param(answer(1, 12.5, took=0.1), [(KILLED, frozenset())], id="it was asked after the death"),
    ],
)
def test_anything_else_is_paid_twice(first: Call, deaths: list[tuple[Death, frozenset[int]]]):
    second = answer(2, 13.0)
    assert not is_excused(first, second, deaths)
    assert not paid_rows([first, second], deaths)[0].passed


def test_a_death_after_the_second_question_excuses_nothing():
    late = Death(20.0, "worker-0", "any moment")
    assert not is_excused(answer(1, 10.0), answer(2, 13.0), [(late, frozenset())])


def test_an_answer_after_the_workers_own_time_limit_is_not_counted():
    first, second = answer(1, 10.0, took=3.5), answer(2, 14.0)
    assert all(row.passed for row in paid_rows([first, second], []))
