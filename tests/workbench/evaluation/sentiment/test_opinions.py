from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot_core.messages import InboundMessage, QuickReply
from bot_core.store.records import FeedbackValue
from tests.fakes.judging import said, talk
from workbench.evaluation.sentiment.opinions import (
    OPINIONS,
    QUICK_REPLIES,
    opinion_in,
    opinions_in,
    simulated_opinion,
)
from workbench.evaluation.statistics.metrics import Metric, measure
from workbench.evaluation.statistics.sentences import metric_label
from workbench.records import CaseResult, SimulatedEnd, TurnRecord

UP, DOWN = FeedbackValue.UP, FeedbackValue.DOWN


@pytest.mark.parametrize(
    ("text", "payload", "value"),
    [
        ("👍", None, UP),
        ("👍🏽", None, UP),
        (" 👍👍 👍 ", None, UP),
        ("👎", None, DOWN),
        ("👍👎", None, None),
        ("👍 y cuánto cuesta?", None, None),
        ("gracias", None, None),
        ("", None, None),
        ("No me sirvió", "feedback:down", DOWN),
        ("Sí me sirvió", "feedback:up", UP),
        ("Ver más", "more", None),
    ],
)
def test_what_is_an_opinion(text, payload, value):
    assert opinion_in(InboundMessage(text=text, button_payload=payload)) is value


@given(st.text(max_size=30))
def test_no_words_are_an_opinion(text):
    assert opinion_in(InboundMessage(text=f"a{text}")) is None


def test_a_thumb_is_about_the_reply_before_it():
    turns = (said("hola", "¡Hola!"), said("busco un versa", "Tengo 12", turn=2), said("👎", "¿Qué buscas?", turn=3))
    assert [(one.tracking_id, one.value, one.source) for one in opinions_in(turns)] == [("t2", DOWN, "customer")]
    assert opinions_in((said("👍", "¡Hola!"),)) == ()


def simulated(end: str, goal_reached: bool = False, *turns: TurnRecord, case_id: str = "s") -> CaseResult:
    talked = talk(*(turns or (said("hola", "¡Hola!"),)), case_id=case_id)
    return talked.model_copy(update={"simulated": SimulatedEnd(end=end, goal_reached=goal_reached)})


@pytest.mark.parametrize(
    ("end", "goal_reached", "value"),
    [
        ("goal_reached", True, UP),
        ("gave_up", False, DOWN),
        ("escalated", False, DOWN),
        ("max_turns", False, DOWN),
        ("simulator_fault", False, None),
        ("error", False, None),
    ],
)
def test_a_simulated_customer_has_an_opinion_at_the_end(end, goal_reached, value):
    found = simulated_opinion(simulated(end, goal_reached))
    assert (found.value if found else None) is value
    assert found is None or (found.tracking_id, found.source) == ("t1", "simulated_customer")


def test_fixed_messages_have_none():
    assert simulated_opinion(talk(said("hola", "¡Hola!"))) is None


def observed(metric: Metric, *results: CaseResult) -> dict[str, tuple[float, int]]:
    return {case: (one.total, one.count) for case, one in measure(results, [metric]).of(metric.name).items()}


def test_opinions_of_a_run_are_a_metric():
    turns = said("hola", "¡Hola!"), said("👍", "¿Qué buscas?", turn=2), said("nada", "Adiós", turn=3)
    found = observed(OPINIONS, simulated("gave_up", False, *turns, case_id="a"), talk(*turns, case_id="b"), talk())
    assert found == {"a": (1.0, 2), "b": (1.0, 1)}


def test_how_often_a_button_is_tapped():
    buttons = (QuickReply(title="Ver más opciones", payload="more"), QuickReply(title="Mensualidades", payload="plan"))

    def offering(turn: int) -> TurnRecord:
        record = said("busco un versa", "Tengo 12", turn=turn)
        return record.model_copy(update={"reply": record.reply.model_copy(update={"quick_replies": buttons})})

    tapped = said("", "Aquí van", turn=2)
    tapped = tapped.model_copy(update={"messages": (InboundMessage(text="Ver más opciones", button_payload="more"),)})
    results = [
        talk(offering(1), tapped, case_id="tapped"),
        talk(offering(1), said("mensualidades", "Van", turn=2), case_id="typed"),
        talk(offering(1), said("y en rojo?", "No tengo el dato", turn=2), case_id="wrote"),
        talk(offering(1), case_id="left"),
        talk(said("hola", "¡Hola!"), said("hola", "¡Hola!", turn=2), case_id="none offered"),
    ]
    assert observed(QUICK_REPLIES, *results) == {"tapped": (1, 1), "typed": (1, 1), "wrote": (0, 1)}


@pytest.mark.parametrize("metric", [OPINIONS, QUICK_REPLIES], ids=lambda metric: metric.name)
def test_they_have_a_spanish_name(metric):
    assert metric_label(metric.name) != metric.name
