from __future__ import annotations

from bot_core.trace import Finding, ModelCall, TurnTrace
from workbench.views.simulator.trace.guardrails import marked
from workbench.views.simulator.trace.timeline import bars, timeline_chart


def finding(start: int, end: int, rule: str = "amount") -> Finding:
    return Finding(rule=rule, excerpt="", start=start, end=end, message="")


def call(agent: str, purpose: str, seconds: float) -> ModelCall:
    return ModelCall(agent=agent, purpose=purpose, prompt_id="p/v1", prompt_hash="", model="m", seconds=seconds)


def test_what_was_found_is_marked_in_the_text():
    assert marked("cuesta $5 hoy", [finding(7, 9)]) == "cuesta <mark title='cifra'>$5</mark> hoy"


def test_a_draft_is_never_html():
    assert marked("<b>x</b>", [finding(0, 3, "<i>'")]) == ("<mark title='&lt;i&gt;&#x27;'>&lt;b&gt;</mark>x&lt;/b&gt;")


def test_overlapping_findings_are_one_mark_and_wrong_offsets_none():
    said = marked("abcdef", [finding(1, 3, "a"), finding(2, 5, "b"), finding(9, 12), finding(4, 4)])
    assert said == "a<mark title='a, b'>bcde</mark>f"


def test_agents_begin_together_after_understanding_and_a_repair_follows_its_reply():
    trace = TurnTrace(
        tracking_id="t",
        release_id="r",
        total_seconds=2.0,
        calls=[
            call("intention", "intention", 0.5),
            call("financing", "reply", 0.4),
            call("financing", "repair", 0.2),
            call("greeting", "reply", 0.1),
        ],
    )
    shown = [(bar.kind, round(bar.start, 3), round(bar.seconds, 3)) for bar in bars(trace)]
    assert shown == [
        ("intention", 0.0, 0.5),
        ("reply", 0.5, 0.4),
        ("repair", 0.9, 0.2),
        ("reply", 0.5, 0.1),
        ("other", 1.1, 0.9),
    ]
    assert len(timeline_chart(bars(trace)).data[0].y) == 5
