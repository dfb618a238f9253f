"""What was understood: each wish with its details."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from bot_core.intents import IntentDetail
from bot_core.trace import TurnTrace
from workbench.evaluation.findings.details import detail_said, detail_text
from workbench.texts.texts import section, text
from workbench.views.figures import plain

_NOT_SLOTS = frozenset({"intent", "confidence"})


def show_intents(trace: TurnTrace) -> None:
    if trace.intention is None:
        st.info(text("trace.no_intents"))
        return
    for detail in trace.intention.intents:
        _intent(detail)
    if trace.intention.clarification:
        st.info(text("trace.clarification") + plain(trace.intention.clarification))


def _intent(detail: IntentDetail) -> None:
    certainty = text("trace.confidence", percent=round(detail.confidence * 100))
    st.markdown(f"**{section('intents')[detail.intent.value]}** · {certainty}")
    slots = detail.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    shown = {name: value for name, value in slots.items() if name not in _NOT_SLOTS}
    if shown:
        rows = [
            {
                text("trace.slot"): section("slots").get(name, name),
                text("trace.value"): detail_said(name, detail_text(value)),
            }
            for name, value in shown.items()
        ]
        # As Arrow, which is how it travels: by way of pandas it takes seven times as long, in every run.
        st.dataframe(pa.Table.from_pylist(rows), hide_index=True, width="stretch")
    else:
        st.caption(text("trace.no_slots"))
