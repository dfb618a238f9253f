"""Confusion, failures and distributions."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.evaluation.findings.confusion import ConfusionCounter, confused
from workbench.evaluation.findings.conversations import conversation_of
from workbench.evaluation.findings.distributions import Spread, distributions
from workbench.evaluation.findings.failures import FailureCounter
from workbench.evaluation.findings.reasons import reason_group
from workbench.evaluation.findings.records import NONE
from workbench.records import TurnRecord, Verdict

NAMES = st.sets(st.sampled_from(["greeting", "financing", "sales", "general_info"]), max_size=4)


def confusion(make: Any, *turns: TurnRecord) -> Any:
    counter = ConfusionCounter()
    for number, turn in enumerate(turns):
        counter.add(conversation_of(make.played(f"case-{number}", turn, intent=Verdict.PASS)))
    return counter.confusion()


def test_right_missed_and_invented_intents(make):
    found = confusion(
        make,
        make.understood("financing", expected=["financing"]),
        make.understood("greeting", "sales", expected=["greeting", "financing"]),
        make.understood("greeting", "general_info", expected=["greeting"]),
        make.understood("sales"),
    )
    assert found.turns == 3
    assert found.intents == ("greeting", "financing", "general_info", "sales")
    assert found.cell("financing", "sales").keys == ("case-1",)
    assert found.cell(NONE, "general_info").count == 1
    assert found.cell("greeting", "greeting").count == 2
    [financing] = [row for row in found.quality if row.intent == "financing"]
    assert (financing.expected, financing.found, financing.right) == (2, 1, 1)
    assert (financing.precision, financing.recall, financing.f1) == pytest.approx((1.0, 0.5, 2 / 3))


@given(NAMES, NAMES)
def test_every_intent_is_counted_once_on_its_side(expected, understood):
    pairs = list(confused(expected, understood))
    assert Counter(name for name, _ in pairs if name) == Counter(expected)
    assert Counter(name for _, name in pairs if name) == Counter(understood)
    assert all(pair != (NONE, NONE) for pair in pairs)


def test_failures_are_grouped_without_names_and_numbers(make):
    counter = FailureCounter()
    for number, reason in enumerate(
        ["turn 1: km_max: expected 60000, got nothing", "turn 2: km_max: expected 90000, got nothing"]
    ):
        counter.add(conversation_of(make.played(f"case-{number}", slots=(reason, reason))))
    counter.add(conversation_of(make.played("case-9", error="slow")))
    first, second = counter.groups()
    assert (first.scorer, first.reason, first.count) == ("slots", "no entendió: kilometraje máximo", 2)
    assert first.keys == ("case-0", "case-1") and first.example.startswith("turn 1")
    assert (second.scorer, second.reason, second.keys) == ("error", "ModelTimeout", ("case-9",))


@pytest.mark.parametrize(
    ("reason", "group"),
    [
        (
            "turn 1: expected out_of_scope; understood financing, greeting",
            "se esperaba fuera de tema; entendió financiamiento, saludo",
        ),
        ("turn 1: Kia Rio 2019 (1) does not fit model Jetta, price_max 10", "mostró un auto que no cumple lo pedido"),
        ("turn 1: boundary none, expected unsafe", "no marcó el límite: petición insegura"),
        ("turn 12: 60 months: 4684.95, expected 4143.15", "mensualidad equivocada"),
        ("turn 2: 0 requests (appointment) were recorded, expected one", "no registró la solicitud: cita"),
        ("turn 1: amount: «$5,000»: not in the facts", "sin respaldo o fuera de forma: cifra"),
        ("turn 1: format: «**x**»: Markdown", "sin respaldo o fuera de forma: formato"),
        ("turn 1: no list with a car number 2 was shown before", "no había una lista con ese número de auto"),
        ("turn 1: name Ana, expected Beto", "la solicitud tiene otro dato: nombre"),
        ("turn 3: gave_up", "el cliente simulado no llegó a su meta: se fue sin lograrla"),
        ("something new with 12,000 km", "something new with … km"),
    ],
)
def test_reasons_in_spanish(reason, group):
    assert reason_group(reason) == group


def spread(make: Any, *seconds: float, usd: str = "0.002") -> Spread:
    one = Spread()
    for number, value in enumerate(seconds):
        one.add(make.played(f"case-{number}", make.called(make.turn(), seconds=value, usd=usd), intent=Verdict.PASS))
    return one


def test_both_variants_share_their_bars_and_every_bar_names_its_conversations(make):
    a, b = distributions([spread(make, 0.2, 0.4, 2.0), spread(make, 0.3, 0.5)])
    mine, theirs = a[0], b[0]
    assert mine.metric == theirs.metric == "latency"
    assert [(bar.start, bar.end) for bar in mine.bars] == [(bar.start, bar.end) for bar in theirs.bars]
    assert sum(bar.count for bar in mine.bars) == mine.count == 3
    assert mine.bars[-1].keys == ("case-2",) == mine.highest[:1]
    assert (mine.p50, mine.least, mine.most) == pytest.approx((0.4, 0.2, 2.0))


def test_what_costs_nothing_has_no_distribution(make):
    [found] = distributions([spread(make, 0.2, 0.4, usd="0")])
    assert "cost" not in {one.metric for one in found}


def test_values_over_decades_get_logarithmic_bars(make):
    [found] = distributions([spread(make, 0.01, 0.1, 10.0)])
    widths = [bar.end / bar.start for bar in found[0].bars]
    assert widths == pytest.approx([widths[0]] * len(widths))


def test_a_run_without_results_has_none():
    assert distributions([Spread()]) == ((),)


@given(st.lists(st.floats(0.001, 100), min_size=1, max_size=30))
def test_no_value_is_lost(values):
    one = Spread(values={"latency": values}, keys={"latency": [f"c-{n}" for n in range(len(values))]})
    [[found]] = distributions([one])
    assert sum(bar.count for bar in found.bars) == len(values)
