"""How far the judge whose scores are among the rates can be believed."""

from __future__ import annotations

from typing import Any

import streamlit as st

from bot_core.llm.gateway import OFFLINE_MODEL
from workbench.evaluation.findings.judging import doubt_of
from workbench.evaluation.findings.labels import label
from workbench.evaluation.findings.records import Findings, JudgeFinding, WarningFinding
from workbench.evaluation.statistics.metrics import Unit
from workbench.evaluation.statistics.sentences import level, metric_label
from workbench.texts.texts import text
from workbench.views.experiments import place
from workbench.views.figures import plain

_UNKNOWN = "–"


def show(found: Findings) -> None:
    """Nothing without a judge."""
    if found.judge:
        st.subheader(text("experiments.judge_trust"), anchor=False, help=text("experiments.judge_trust_help"))
        st.caption(plain(_who(found.judge[0])))
        if doubt := doubt_of(found.judge):
            st.warning(label("judge_warnings", doubt), icon="⚠️")
        st.dataframe(_rows(found.judge), hide_index=True, width="stretch", key="experiment-judge-table")
    for warning in found.judge_warnings:
        _warned(warning)


def _who(first: JudgeFinding) -> str:
    name = text("experiments.judge_rules") if first.model == OFFLINE_MODEL else first.model
    return text("experiments.judge_who", judge=name, prompt=first.prompt, count=first.labelled)


def _rows(rubrics: tuple[JudgeFinding, ...]) -> list[dict[str, Any]]:
    return [
        {
            text("experiments.judge_rubric"): metric_label(one.metric),
            text("experiments.judge_kappa"): _kappa(one),
            text("experiments.judge_good"): _share(one.sensitivity, one.sensitivity_low, one.sensitivity_high),
            text("experiments.judge_bad"): _share(one.specificity, one.specificity_low, one.specificity_high),
            text("experiments.judge_counts"): text(f"experiments.judge_counts_{'no' if one.problems else 'yes'}"),
        }
        | {
            text("experiments.judge_corrected", variant=each.variant): _share(each.share, each.low, each.high)
            for each in one.corrected
        }
        for one in rubrics
    ]


def _kappa(one: JudgeFinding) -> str:
    if one.kappa is None:
        return _UNKNOWN
    known = f"{one.kappa:.2f}"
    low, high = one.kappa_low, one.kappa_high
    return known if low is None or high is None else f"{known} ({low:.2f}–{high:.2f})"


def _share(share: float | None, low: float | None, high: float | None) -> str:
    """`"98.9 % (94–100)"`, as the rates above have it; without a share, what is possible."""
    known = _UNKNOWN if share is None else level(share, Unit.SHARE)
    return known if low is None or high is None else f"{known} ({100 * low:.0f}–{100 * high:.0f})"


def _warned(warning: WarningFinding) -> None:
    st.warning(plain(f"{warning.variant}: {label('judge_warnings', warning.kind)}"), icon="⚠️")
    title = text("experiments.judge_warned", variant=warning.variant, count=len(warning.keys))
    st.button(
        plain(title),
        key=f"experiment-judge-{warning.kind}-{warning.variant}",
        icon=":material/forum:",
        on_click=place.show_conversations,
        args=(warning.keys, title),
    )
