"""The figures of a period at a glance, each with what it was in the period before."""

from __future__ import annotations

import streamlit as st

from workbench.runner.monitoring import Report
from workbench.storage.activity.figures import Totals
from workbench.texts.texts import text
from workbench.texts.times import seconds
from workbench.views.figures import share

_UNKNOWN = "–"


def show_figures(report: Report) -> None:
    now, before = report.totals, report.before
    with st.container(horizontal=True, gap="small", key="monitoring-figures"):
        _metric(text("monitoring.turns"), f"{now.turns:,}", now.turns, before.turns, text("monitoring.turns_help"))
        _metric(
            text("monitoring.conversations"), f"{now.conversations:,}", now.conversations, before.conversations,
            text("monitoring.conversations_help"),
        )  # fmt: skip
        _metric(
            text("monitoring.time"), _times(now), now.p95, before.p95, text("monitoring.time_help"), more_is_bad=True
        )
        for label, what, value, old in (
            (text("monitoring.failed"), text("monitoring.failed_help"), now.failed, before.failed),
            (text("monitoring.fallback"), text("monitoring.fallback_help"), now.fallback, before.fallback),
            (text("monitoring.gaps"), text("monitoring.gaps_help"), now.gaps, before.gaps),
        ):
            _metric(label, _UNKNOWN if value is None else share(value), value, old, what, more_is_bad=True)
        tokens = text("monitoring.cost_help", input=f"{now.input_tokens:,}", output=f"{now.output_tokens:,}")
        _metric(text("monitoring.cost"), f"US${now.usd:,.2f}", now.usd, before.usd, tokens, more_is_bad=True)
        _metric(
            text("monitoring.opinions"), f"{now.ups:,} 👍 {now.downs:,} 👎", _liked(now), _liked(before),
            text("monitoring.opinions_help"),
        )  # fmt: skip
        mood = _UNKNOWN if now.mood is None else f"{now.mood:+.2f}"
        _metric(text("monitoring.mood"), mood, _shifted(now.mood), _shifted(before.mood), text("monitoring.mood_help"))


def _metric(
    label: str, shown: str, value: float | None, before: float | None, what: str, *, more_is_bad: bool = False
) -> None:
    st.metric(
        label,
        shown,
        delta=_change(value, before),
        delta_color="inverse" if more_is_bad else "normal",
        help=what,
        border=True,
    )


def _change(value: float | None, before: float | None) -> str | None:
    """Against the period before, in percent; None when there is nothing to compare."""
    if not value or not before:
        return None
    change = (value - before) / before
    return f"{change:+.0%}" if abs(change) >= 0.005 else None


def _times(totals: Totals) -> str:
    if totals.p50 is None or totals.p95 is None:
        return _UNKNOWN
    return f"{seconds(totals.p50)} / {seconds(totals.p95)}"


def _liked(totals: Totals) -> float | None:
    given = totals.ups + totals.downs
    return totals.ups / given if given else None


def _shifted(mood: float | None) -> float | None:
    """From 0 to 2: a change in percent around zero says nothing."""
    return None if mood is None else mood + 1
