"""What was asked of models, word for word, and what they answered."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bot_core.llm.gateway import OFFLINE_MODEL
from bot_core.trace import ModelCall
from workbench.texts.texts import section, text
from workbench.texts.times import seconds
from workbench.views.figures import dollars, plain


def show_calls(calls: Sequence[ModelCall]) -> None:
    if not calls:
        st.info(text("trace.no_calls"))
    for call in calls:
        _call(call)


def _call(call: ModelCall) -> None:
    agent, purpose = section("agents").get(call.agent, call.agent), section("purposes").get(call.purpose, call.purpose)
    result = text(
        "trace.call_result",
        model=call.model,
        seconds=seconds(call.seconds),
        input=f"{call.usage.input_tokens:,}",
        output=f"{call.usage.output_tokens:,}",
        cost=dollars(call.cost_usd),
    )
    with st.expander(plain(text("trace.call", agent=agent, purpose=purpose, prompt=call.prompt_id))):
        fallback = f" · {text('trace.call_fallback')}" if call.fallback else ""
        st.caption(plain(result + fallback))
        failures = [attempt for attempt in call.attempts if attempt.error]
        if failures:
            st.caption(text("trace.attempts"))
            for attempt in failures:
                said = text("trace.attempt", model=attempt.model, error=attempt.detail or attempt.error)
                st.code(said, language=None, wrap_lines=True)
        _traffic(call)


def _traffic(call: ModelCall) -> None:
    if call.messages:
        st.markdown(f"**{text('trace.sent')}**")
        if call.model == OFFLINE_MODEL:
            st.caption(text("trace.sent_offline"))
    else:
        st.caption(text("trace.no_messages"))
    for message in call.messages:
        st.caption(plain(message["role"]))
        st.code(message["content"], language=None, wrap_lines=True)
    if call.answer:
        st.markdown(f"**{text('trace.answer')}**")
        st.code(call.answer, language=None, wrap_lines=True)
