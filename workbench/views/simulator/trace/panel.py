"""How a reply was made: what was understood, looked up, asked of a model, found by the guardrails; and its price."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from bot_core.trace import TurnTrace
from workbench.texts.texts import text
from workbench.texts.times import seconds
from workbench.views.figures import dollars, plain
from workbench.views.simulator.trace.calls import show_calls
from workbench.views.simulator.trace.facts import show_facts
from workbench.views.simulator.trace.guardrails import show_guardrails
from workbench.views.simulator.trace.intents import show_intents
from workbench.views.simulator.trace.timeline import show_timeline


def show_trace(trace: TurnTrace, catalog_id: str | None = None, *, key: str | None = None) -> None:
    """`catalog_id` is the catalogue in which the cars' rows are looked up; None for the default one. With a `key` only
    the open tab is drawn, and it stays open for the next turn: for a place that is drawn again and again."""
    _figures(trace)
    if trace.used_fallback:
        st.warning(text("trace.fallback"), icon="⚠️")
    parts: dict[str, Callable[[], None]] = {
        text("trace.intents"): lambda: show_intents(trace),
        text("trace.facts"): lambda: show_facts(trace.facts, catalog_id),
        text("trace.prompts"): lambda: show_calls(trace.calls),
        text("trace.guardrails"): lambda: show_guardrails(trace.guardrails),
        text("trace.timeline"): lambda: show_timeline(trace),
    }
    tabs = st.tabs(list(parts), key=key, on_change="rerun") if key else st.tabs(list(parts))
    for tab, show in zip(tabs, parts.values(), strict=True):
        if not key or tab.open:
            with tab:
                show()
    st.caption(text("trace.release", release=plain(trace.release_id), tracking=plain(trace.tracking_id[:8])))


def _figures(trace: TurnTrace) -> None:
    with st.container(horizontal=True, gap="small", key="trace-figures"):
        st.metric(text("trace.time"), seconds(trace.total_seconds), help=text("trace.time_help"), border=True)
        st.metric(
            text("trace.model_time"), seconds(trace.model_seconds), help=text("trace.model_time_help"), border=True
        )
        tokens = f"{trace.usage.input_tokens:,} + {trace.usage.output_tokens:,}"
        st.metric(text("trace.tokens"), tokens, help=text("trace.tokens_help"), border=True)
        st.metric(text("trace.cost"), dollars(trace.cost_usd), help=text("trace.cost_help"), border=True)
