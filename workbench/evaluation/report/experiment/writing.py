"""All files of one experiment's report, in one folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from bot_core.errors import StoreError
from workbench.evaluation.findings.data import as_data
from workbench.evaluation.findings.records import Findings
from workbench.evaluation.report.experiment.markdown import summary
from workbench.evaluation.report.experiment.page import page
from workbench.evaluation.report.experiment.pdf import print_pdf
from workbench.texts.texts import SPANISH, speaking


@dataclass(frozen=True, slots=True)
class ReportPaths:
    html: Path
    markdown: Path
    json: Path
    pdf: Path | None


def write_report(findings: Findings, folder: Path, *, pdf: bool = False) -> ReportPaths:
    """`report.html`, `report.md`, `report.json` and, if asked for, `report.pdf`, in Spanish whoever asks for them; what
    was there is replaced.

    Raises UserError when a PDF is asked for and there is no Chromium (the other files are written all the same),
    StoreError when the folder cannot be written.
    """
    paths = ReportPaths(
        html=folder / "report.html",
        markdown=folder / "report.md",
        json=folder / "report.json",
        pdf=folder / "report.pdf" if pdf else None,
    )
    data = as_data(findings, transcripts=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with speaking(SPANISH):
            paths.html.write_text(page(findings), encoding="utf-8")
            paths.markdown.write_text(summary(findings), encoding="utf-8")
        paths.json.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{folder}: the report cannot be written: {error.strerror}") from error
    if paths.pdf:
        print_pdf(paths.html, paths.pdf)
    return paths
