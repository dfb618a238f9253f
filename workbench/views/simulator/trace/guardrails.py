"""What the guardrails found, marked in the text they looked at."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from bot_core.trace import Finding, GuardrailOutcome
from workbench.evaluation.findings.labels import label
from workbench.evaluation.findings.reasons import finding_said
from workbench.texts.texts import section, text
from workbench.views.figures import plain


def show_guardrails(outcomes: Sequence[GuardrailOutcome]) -> None:
    if not outcomes:
        st.info(text("trace.no_guardrails"))
    for outcome in outcomes:
        agent = section("agents").get(outcome.agent, outcome.agent)
        st.markdown(f"**{plain(agent)}** · {section('actions').get(outcome.action, plain(outcome.action))}")
        if not outcome.findings:
            st.caption(f"✓ {text('trace.ok')}")
            continue
        rows = [
            {
                text("trace.rule"): label("rules", finding.rule),
                text("trace.excerpt"): finding.excerpt,
                text("trace.finding"): finding_said(finding.message),
            }
            for finding in outcome.findings
        ]
        st.dataframe(rows, hide_index=True, width="stretch")
        st.caption(text("trace.draft"))
        st.html(f"<div class='draft'>{marked(outcome.draft, outcome.findings)}</div>")


def marked(draft: str, findings: Sequence[Finding]) -> str:
    """`draft` as HTML in which nothing of it is HTML, the found parts marked; overlaps are one mark."""
    pieces, at = [], 0
    for start, end, rules in _spans(findings, len(draft)):
        pieces.append(escape(draft[at:start]))
        pieces.append(f"<mark title='{escape(rules, quote=True)}'>{escape(draft[start:end])}</mark>")
        at = end
    return "".join([*pieces, escape(draft[at:])])


def _spans(findings: Sequence[Finding], length: int) -> list[tuple[int, int, str]]:
    """Start, end and rules of each marked part, in order, without overlaps."""
    spans: list[tuple[int, int, str]] = []
    for finding in sorted(findings, key=lambda one: (one.start, one.end)):
        start, end = max(finding.start, 0), min(finding.end, length)
        if start >= end:
            continue
        rule = label("rules", finding.rule)
        if spans and start < spans[-1][1]:
            before = spans.pop()
            spans.append((before[0], max(before[1], end), f"{before[2]}, {rule}"))
        else:
            spans.append((start, end, rule))
    return spans
