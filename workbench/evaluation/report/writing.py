"""All reports of one judgement, in one folder."""

from __future__ import annotations

from pathlib import Path

from workbench.evaluation.gate.judgement import Judgement
from workbench.evaluation.report.data import write_json
from workbench.evaluation.report.html import write_html
from workbench.evaluation.report.junit import write_junit
from workbench.evaluation.report.markdown import summary


def write_reports(judgement: Judgement, folder: Path) -> tuple[Path, ...]:
    """`summary.md`, `report.html`, `results.json` and `junit.xml`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.md").write_text(summary(judgement) + "\n", encoding="utf-8")
    write_html(judgement, folder / "report.html")
    write_json(judgement, folder / "results.json")
    write_junit(judgement, folder / "junit.xml")
    return tuple(folder / name for name in ("summary.md", "report.html", "results.json", "junit.xml"))
