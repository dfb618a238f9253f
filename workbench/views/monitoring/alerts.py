"""Limits that people set, and the banner when a figure is beyond one."""

from __future__ import annotations

import streamlit as st

from bot_core.store.reviews import AlertThreshold
from workbench import session
from workbench.roles import Role
from workbench.runner.monitoring import THRESHOLDS, Alert
from workbench.texts.texts import section, text
from workbench.views.figures import day_and_time, plain
from workbench.views.pieces.permission import refusal

_SHARES = frozenset({"failed", "fallback", "gaps", "downs"})
_UNITS = {"turn_p95": "s", "queue_age": "s", "usd_day": "USD", "queue_depth": ""}


def show_banner() -> None:
    for alert in session.workbench().monitoring.alerts():
        st.error(plain(_said(alert)), icon="🚨")


def show_limits() -> None:
    known = {limit.name: limit for limit in session.workbench().monitoring.thresholds()}
    refused = refusal(Role.EDITOR)
    st.caption(text("monitoring.limits_intro"))
    with st.form("monitoring-limits", border=False):
        wanted = {name: _field(name, known.get(name), disabled=refused is not None) for name in THRESHOLDS}
        if st.form_submit_button(
            text("monitoring.save"),
            type="primary",
            disabled=refused is not None,
            help=refused or text("monitoring.save_help"),
        ):
            _save(wanted)


def _field(name: str, known: AlertThreshold | None, *, disabled: bool) -> float | None:
    """The limit that the person wants, in the figure's own unit; None for none."""
    scale = 100 if name in _SHARES else 1
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with right:
        on = st.toggle(
            text("monitoring.limit_on"),
            known is not None,
            key=f"limit-on-{name}",
            disabled=disabled,
            help=_set_by(known) if known else text("monitoring.limit_off_help"),
        )
    with left:
        value = st.number_input(
            f"{section('limits')[name]} ({'%' if name in _SHARES else _UNITS[name]})".removesuffix(" ()"),
            min_value=0.0,
            max_value=100.0 if name in _SHARES else None,
            value=float((known.limit if known else THRESHOLDS[name]) * scale),
            key=f"limit-{name}",
            disabled=disabled,
            format="%.6g",
        )
    return value / scale if on else None


def _set_by(known: AlertThreshold) -> str:
    return plain(text("monitoring.limit_by", who=known.set_by, at=day_and_time(known.set_at)))


def _save(wanted: dict[str, float | None]) -> None:
    if not session.may(Role.EDITOR):
        st.error(section("role_needed")["editor"])
        return
    desk = session.workbench().monitoring
    known = {limit.name: limit.limit for limit in desk.thresholds()}
    for name, limit in wanted.items():
        if known.get(name) != limit:
            desk.set_threshold(name, limit, who=session.who())
    session.notify(text("monitoring.saved"))
    st.rerun()


def _said(alert: Alert) -> str:
    limit = alert.threshold
    return text(
        "monitoring.alert",
        figure=section("limits")[limit.name],
        value=_written(limit.name, alert.value),
        limit=_written(limit.name, limit.limit),
        window=section("limit_windows")[limit.name],
    )


def _written(name: str, value: float) -> str:
    if name in _SHARES:
        return f"{value * 100:.3g} %"
    return f"{value:,.4g} {_UNITS[name]}".strip()
