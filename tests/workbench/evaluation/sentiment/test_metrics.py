from __future__ import annotations

from bot_core.messages import InboundMessage
from tests.fakes.results import result, spoken
from workbench.evaluation.sentiment.metrics import SENTIMENT
from workbench.evaluation.statistics.differences import paired_differences
from workbench.evaluation.statistics.metrics import measure
from workbench.evaluation.statistics.sentences import metric_label
from workbench.records import CaseResult, TurnRecord


def said(text: str, payload: str | None = None) -> TurnRecord:
    return spoken().model_copy(update={"messages": (InboundMessage(text=text, button_payload=payload),)})


def talk(case_id: str, *turns: TurnRecord) -> CaseResult:
    return result(case_id).model_copy(update={"turns": turns})


def test_what_is_said_after_a_reply_counts():
    measured = measure([talk("c", said("esto es horrible"), said("gracias"), said("Ok", payload="more"))], [SENTIMENT])
    [observed] = measured.of("sentiment").values()
    assert observed.count == 1 and observed.mean > 0


def test_two_variants_are_compared_by_mood():
    calm = [talk(f"c{n}", said("hola"), said("excelente, gracias")) for n in range(20)]
    cross = [talk(f"c{n}", said("hola"), said("pésimo, no me entiendes")) for n in range(20)]
    [row] = paired_differences(measure(cross, [SENTIMENT]), measure(calm, [SENTIMENT]))
    assert row.difference > 0.5 and row.low > 0


def test_it_has_a_spanish_name():
    assert metric_label(SENTIMENT.name) != SENTIMENT.name
