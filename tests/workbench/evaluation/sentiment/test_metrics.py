from __future__ import annotations

import pytest

from bot_core.messages import InboundMessage
from bot_core.store.records import Feedback, FeedbackValue
from tests.fakes.results import result, spoken
from workbench.evaluation.sentiment.metrics import SENTIMENT, feedback_metric
from workbench.evaluation.statistics.differences import paired_differences
from workbench.evaluation.statistics.metrics import measure
from workbench.evaluation.statistics.sentences import metric_label
from workbench.records import CaseResult, TurnRecord


def said(text: str, tracking_id: str = "t", payload: str | None = None) -> TurnRecord:
    record = spoken()
    return record.model_copy(
        update={
            "messages": (InboundMessage(text=text, button_payload=payload),),
            "trace": record.trace.model_copy(update={"tracking_id": tracking_id}),
        }
    )


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


def test_feedback_is_found_by_its_turn():
    metric = feedback_metric(
        [
            Feedback(tracking_id="t1", value=FeedbackValue.UP, source="customer"),
            Feedback(tracking_id="t3", value=FeedbackValue.DOWN, source="customer"),
        ]
    )
    measured = measure([talk("c", said("a", "t1"), said("b", "t2"), said("c", "t3"))], [metric])
    [observed] = measured.of("feedback").values()
    assert (observed.total, observed.count) == (1.0, 2)


@pytest.mark.parametrize("metric", [SENTIMENT, feedback_metric([])])
def test_they_have_a_spanish_name(metric):
    assert metric_label(metric.name) != metric.name
