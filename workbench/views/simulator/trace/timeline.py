"""How the time of a turn was spent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from bot_core.trace import ModelCall, TurnTrace
from workbench.texts.texts import section, text
from workbench.texts.times import seconds

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_ROW_PIXELS = 34
_MARGIN_PIXELS = 70
_COLOURS = {"intention": "#3f74ff", "reply": "#0a9b84", "repair": "#f2994a", "other": "#64748b"}


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    kind: str
    start: float
    seconds: float


def show_timeline(trace: TurnTrace) -> None:
    if not trace.total_seconds:
        st.info(text("trace.no_calls"))
        return
    st.plotly_chart(
        timeline_chart(bars(trace)),
        config={"displayModeBar": False},
        key=f"timeline-{trace.tracking_id}",
        width="stretch",
    )
    st.caption(text("trace.timeline_note"))


def bars(trace: TurnTrace) -> tuple[Bar, ...]:
    """One for each model call, and the rest. A trace holds durations: understanding comes first, then all agents begin
    together, each with its own calls one after the other."""
    first = [call for call in trace.calls if call.purpose == "intention"]
    understood = sum(call.seconds for call in first)
    found = _in_row(first, 0.0)
    agents = dict.fromkeys(call.agent for call in trace.calls if call.purpose != "intention")
    for agent in agents:
        own = [call for call in trace.calls if call.agent == agent and call.purpose != "intention"]
        found += _in_row(own, understood)
    ended = max((bar.start + bar.seconds for bar in found), default=0.0)
    rest = max(trace.total_seconds - ended, 0.0)
    return (*found, Bar(text("trace.overhead"), "other", ended, rest))


def _in_row(calls: list[ModelCall], start: float) -> list[Bar]:
    found = []
    for call in calls:
        agent = section("agents").get(call.agent, call.agent)
        purpose = section("purposes").get(call.purpose, call.purpose)
        found.append(Bar(f"{agent} · {purpose}", call.purpose, start, call.seconds))
        start += call.seconds
    return found


def timeline_chart(shown: tuple[Bar, ...]) -> Figure:
    from plotly import graph_objects

    figure = graph_objects.Figure(
        {
            "type": "bar",
            "orientation": "h",
            "y": [f"{bar.label} " + "\u200b" * number for number, bar in enumerate(shown)],
            "x": [bar.seconds * 1000 for bar in shown],
            "base": [bar.start * 1000 for bar in shown],
            "marker": {"color": [_COLOURS.get(bar.kind, _COLOURS["other"]) for bar in shown]},
            "text": [seconds(bar.seconds) for bar in shown],
            "textposition": "auto",
            "hovertemplate": "%{y}: %{text}<extra></extra>",
        }
    )
    figure.update_layout(
        height=_MARGIN_PIXELS + _ROW_PIXELS * len(shown),
        margin={"l": 8, "r": 16, "t": 8, "b": 36},
        showlegend=False,
        dragmode=False,
    )
    figure.update_xaxes(title_text=text("trace.milliseconds"), fixedrange=True, rangemode="tozero")
    figure.update_yaxes(autorange="reversed", fixedrange=True)
    return figure
