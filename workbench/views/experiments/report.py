"""The report as files to take along."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from workbench import session
from workbench.evaluation.findings.records import Comparison, Findings
from workbench.texts.texts import text

_MIME = {"html": "text/html", "markdown": "text/markdown", "json": "application/json", "pdf": "application/pdf"}


def show(found: Findings, _comparison: Comparison | None) -> None:
    st.markdown(text("experiments.report_intro"))
    shelf = session.workbench().reports
    files = shelf.files(found)
    if not shelf.is_whole(found) and st.button(
        text("experiments.report_make"), type="primary", icon=":material/description:", key="experiment-report"
    ):
        with st.spinner(text("experiments.report_making")):
            shelf.make(found)
        st.rerun()
    with st.container(horizontal=True):
        for kind, path in files.items():
            _download(kind, path, found)
    if shelf.is_whole(found) and "pdf" not in files:
        st.caption(text("experiments.report_no_pdf"))


def _download(kind: str, path: Path, found: Findings) -> None:
    st.download_button(
        text(f"experiments.report_{kind}"),
        path.read_bytes(),
        file_name=f"experimento-{found.experiment_id or 'corridas'}{path.suffix}",
        mime=_MIME[kind],
        key=f"experiment-report-{kind}",
        icon=":material/download:",
        on_click="ignore",
    )
