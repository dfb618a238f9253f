"""How volume, times, failures, opinions and cost went over the period."""

from __future__ import annotations

import streamlit as st

from workbench.runner.monitoring import Report
from workbench.texts.texts import text
from workbench.views.monitoring.charts import bars, draw, lines, nothing


def show_volume(report: Report) -> None:
    points = report.series
    if not points:
        nothing()
        return
    left, right = st.columns(2, gap="medium")
    with left:
        chart = bars(points, [(text("monitoring.turns"), lambda point: point.turns)])
        draw(text("monitoring.chart_turns"), chart, key="chart-turns")
    with right:
        chart = lines(
            points,
            [
                (text("monitoring.p50"), lambda point: point.p50),
                (text("monitoring.p95"), lambda point: point.p95),
                (text("monitoring.model_p95"), lambda point: point.model_p95),
                (text("monitoring.overhead_p95"), lambda point: point.overhead_p95),
            ],
            unit=" s",
        )
        draw(text("monitoring.chart_times"), chart, key="chart-times", help=text("monitoring.chart_times_help"))


def show_quality(report: Report) -> None:
    points = report.series
    if not points:
        nothing()
        return
    left, right = st.columns(2, gap="medium")
    with left:
        chart = lines(
            points,
            [
                (text("monitoring.failed"), lambda point: point.failed),
                (text("monitoring.fallback"), lambda point: point.fallback),
            ],
            percent=True,
        )
        draw(text("monitoring.chart_failures"), chart, key="chart-failures", help=text("monitoring.failed_help"))
    with right:
        chart = bars(points, [("👍", lambda point: point.ups), ("👎", lambda point: point.downs)])
        draw(text("monitoring.chart_opinions"), chart, key="chart-opinions")
    chart = lines(points, [(text("monitoring.mood"), lambda point: point.mood)])
    chart.update_yaxes(range=[-1, 1])
    draw(text("monitoring.chart_mood"), chart, key="chart-mood", help=text("monitoring.mood_help"))


def show_cost(report: Report) -> None:
    points = report.series
    if not points:
        nothing()
        return
    chart = bars(points, [(text("monitoring.cost"), lambda point: point.usd)], unit=" USD")
    draw(text("monitoring.chart_cost"), chart, key="chart-cost")
