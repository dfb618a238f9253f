"""What the other variant changes of A's prompts."""

from __future__ import annotations

import streamlit as st

from workbench.evaluation.findings.records import Comparison, Findings
from workbench.texts.texts import section, text
from workbench.views.figures import plain
from workbench.views.pieces.word_diff import word_diff


def show(_found: Findings, comparison: Comparison | None) -> None:
    if comparison is None:
        st.info(text("experiments.prompt_alone"))
        return
    if not comparison.prompt_diffs:
        st.info(plain(text("experiments.prompt_same", a=comparison.baseline, b=comparison.candidate)))
        return
    names, sections = section("agents"), section("experiment_prompt_sections")
    for diff in comparison.prompt_diffs:
        title = text("experiments.prompt_diff", agent=names.get(diff.agent, diff.agent), a=diff.a, b=diff.b)
        count = text("experiments.prompt_diff_count", removed=diff.words_removed, added=diff.words_added)
        with st.expander(plain(f"{title} · {count}"), expanded=len(comparison.prompt_diffs) == 1):
            for name, pieces in diff.sections.items():
                st.markdown(f"**{sections[name]}**")
                word_diff(pieces)
