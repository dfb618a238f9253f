"""Reports of experiments as files, made when somebody asks for one."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from workbench.evaluation.findings.records import Findings
from workbench.evaluation.report.experiment.pdf import BROWSERS
from workbench.evaluation.report.experiment.writing import write_report

_FILES = {"html": "report.html", "markdown": "report.md", "json": "report.json", "pdf": "report.pdf"}
_ODD = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_NAME = 120


class ReportShelf:
    """`folder/<runs and how far they were>/report.*`: results that are there never change, so each is made once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def files(self, found: Findings) -> dict[str, Path]:
        """By kind: "html", "markdown", "json", and "pdf" where there is a browser; nothing before `make`."""
        folder = self._folder_of(found)
        return {kind: path for kind, name in _FILES.items() if (path := folder / name).exists()}

    def make(self, found: Findings) -> None:
        """With a PDF where there is a browser. Raises StoreError."""
        write_report(found, self._folder_of(found), pdf=any(shutil.which(name) for name in BROWSERS))

    def _folder_of(self, found: Findings) -> Path:
        runs = "-".join(f"{variant.run_id}-{variant.played}" for variant in found.variants)
        return self._folder / _ODD.sub("_", runs)[:_LONGEST_NAME]
