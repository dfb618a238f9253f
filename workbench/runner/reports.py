"""Reports of experiments as files, made when somebody asks for one."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot_core.errors import StoreError
from workbench.evaluation.findings.records import Findings
from workbench.evaluation.report.experiment.pdf import BROWSERS, print_pdf
from workbench.evaluation.report.experiment.writing import write_report
from workbench.storage.experiment_files import ExperimentFiles

_FILES = {"html": "report.html", "markdown": "report.md", "json": "report.json", "pdf": "report.pdf"}
_ODD = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_NAME = 80


class ReportShelf:
    """`folder/<runs>-<which of their results>/report.*`: results that are there never change, so each is made once."""

    def __init__(self, folder: Path, experiments: ExperimentFiles) -> None:
        self._folder = folder
        self._experiments = experiments

    def files(self, found: Findings) -> dict[str, Path]:
        """By kind: "html", "markdown", "json", and "pdf" once it was printed; nothing before `make`."""
        folder = self._folder_of(found)
        return {kind: path for kind, name in _FILES.items() if (path := folder / name).exists()}

    def is_whole(self, found: Findings) -> bool:
        """Whether `make` has nothing left to do: a printing that was killed or failed is done again."""
        files = self.files(found)
        return bool(files) and ("pdf" in files or not _can_print())

    def make(self, found: Findings) -> None:
        """What is missing, with a PDF where there is a browser. Raises StoreError; when only the PDF fails, the rest is
        there."""
        folder = self._folder_of(found)
        with self._desk() as desk:
            if not folder.exists():
                write_report(found, desk / "report")
                _move(desk / "report", folder)
            if not self.is_whole(found):
                print_pdf(folder / _FILES["html"], desk / "paper.pdf")
                _move(desk / "paper.pdf", folder / _FILES["pdf"])

    @contextmanager
    def _desk(self) -> Iterator[Path]:
        """Where files are written until they are whole: what is killed here is offered to nobody."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".new-", dir=self._folder) as desk:
                yield Path(desk)
        except OSError as error:
            raise StoreError(f"{self._folder}: the report cannot be written: {error.strerror}") from error

    def _folder_of(self, found: Findings) -> Path:
        """As many results may be others by now: what ended in an error is played again, a judge is asked again."""
        runs = [variant.run_id for variant in found.variants if variant.run_id]
        written = [self._experiments.of_run(run_id).written() for run_id in runs]
        played = [(variant.run_id, variant.played) for variant in found.variants]
        which = hashlib.sha256(repr((played, found.status, written)).encode()).hexdigest()[:16]
        return self._folder / f"{_ODD.sub('_', '-'.join(runs))[:_LONGEST_NAME]}-{which}"


def _can_print() -> bool:
    return any(shutil.which(name) for name in BROWSERS)


def _move(made: Path, place: Path) -> None:
    """Somebody else's, made at the same time, is as good."""
    try:
        made.rename(place)
    except OSError:
        if not place.exists():
            raise
