from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot_core.errors import StoreError
from tests.fakes.found import played, stored
from workbench.evaluation.findings.records import Findings
from workbench.evaluation.findings.stored import experiment_findings
from workbench.evaluation.report.experiment.writing import ReportPaths, write_report
from workbench.records import CaseResult, Verdict
from workbench.runner import reports
from workbench.runner.reports import ReportShelf
from workbench.storage.experiment_files import ExperimentFiles, ExperimentFolder
from workbench.storage.run_files import read_run, write_run


@pytest.fixture
def files(tmp_path: Path) -> ExperimentFiles:
    return ExperimentFiles(tmp_path / "experiments")


@pytest.fixture
def shelf(files: ExperimentFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReportShelf:
    monkeypatch.setattr(reports, "BROWSERS", ())
    return ReportShelf(tmp_path / "reports", files)


def one(case_id: str, error: str | None = None) -> CaseResult:
    return played(case_id, error=error, intent=Verdict.PASS)


def found(folder: ExperimentFolder) -> Findings:
    return experiment_findings(folder)


def again(folder: ExperimentFolder, results: list[CaseResult]) -> None:
    """As many conversations as before, one of them played again."""
    run = read_run(folder.run_path("e1-1"))
    folder.supersede("e1-1")
    write_run(folder.run_path("e1-1"), run, results)


def test_a_report_is_made_once_and_then_offered(files: ExperimentFiles, shelf: ReportShelf):
    folder = stored(files, "e1", [one("a"), one("b")])
    assert shelf.files(found(folder)) == {}
    shelf.make(found(folder))
    made = shelf.files(found(folder))
    assert set(made) == {"html", "markdown", "json"}
    assert all(path.stat().st_size for path in made.values())


def test_what_was_played_again_is_another_report(files: ExperimentFiles, shelf: ReportShelf):
    folder = stored(files, "e1", [one("a"), one("b", "no answer")])
    shelf.make(found(folder))
    again(folder, [one("a"), one("b")])
    assert shelf.files(found(folder)) == {}, "the old report counts an error that is no more"
    shelf.make(found(folder))
    assert "no answer" not in shelf.files(found(folder))["json"].read_text(encoding="utf-8")


def test_experiments_with_long_names_have_reports_of_their_own(files: ExperimentFiles, shelf: ReportShelf):
    runs = [[one("a")], [one("a")]]
    first, second = (stored(files, "x" * 60 + end, *runs) for end in ("1", "2"))
    shelf.make(found(first))
    assert shelf.files(found(first))
    assert shelf.files(found(second)) == {}


def test_what_was_killed_half_way_is_no_report(
    files: ExperimentFiles, shelf: ReportShelf, monkeypatch: pytest.MonkeyPatch
):
    folder = stored(files, "e1", [one("a")])

    def killed(findings: Findings, target: Path) -> ReportPaths:
        target.mkdir()
        (target / "report.html").write_text("<html>", encoding="utf-8")
        raise KeyboardInterrupt

    monkeypatch.setattr(reports, "write_report", killed)
    with pytest.raises(KeyboardInterrupt):
        shelf.make(found(folder))
    assert shelf.files(found(folder)) == {}
    monkeypatch.setattr(reports, "write_report", write_report)
    shelf.make(found(folder))
    assert set(shelf.files(found(folder))) == {"html", "markdown", "json"}


def test_a_pdf_that_failed_is_printed_the_next_time(
    files: ExperimentFiles, shelf: ReportShelf, monkeypatch: pytest.MonkeyPatch
):
    folder = stored(files, "e1", [one("a")])
    monkeypatch.setattr(reports, "BROWSERS", ("sh",))

    def failing(html: Path, pdf: Path) -> None:
        raise StoreError("chromium gave no PDF")

    def printing(html: Path, pdf: Path) -> None:
        pdf.write_bytes(html.read_bytes()[:10])

    assert not shelf.is_whole(found(folder))
    monkeypatch.setattr(reports, "print_pdf", failing)
    with pytest.raises(StoreError, match="gave no PDF"):
        shelf.make(found(folder))
    assert set(shelf.files(found(folder))) == {"html", "markdown", "json"}
    assert not shelf.is_whole(found(folder))
    monkeypatch.setattr(reports, "print_pdf", printing)
    shelf.make(found(folder))
    assert "pdf" in shelf.files(found(folder))
    assert shelf.is_whole(found(folder))


def test_a_folder_that_cannot_be_written_is_told(files: ExperimentFiles, tmp_path: Path):
    (tmp_path / "reports").write_text("a file", encoding="utf-8")
    folder = stored(files, "e1", [one("a")])
    with pytest.raises(StoreError, match="cannot be written"):
        ReportShelf(tmp_path / "reports", files).make(found(folder))


def test_two_that_ask_at_once_get_one_report(
    files: ExperimentFiles, shelf: ReportShelf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    folder = stored(files, "e1", [one("a")])
    writing: Callable[..., ReportPaths] = write_report

    def overtaken(findings: Findings, target: Path) -> ReportPaths:
        """Somebody else's is done first."""
        monkeypatch.setattr(reports, "write_report", writing)
        shelf.make(findings)
        return writing(findings, target)

    monkeypatch.setattr(reports, "write_report", overtaken)
    shelf.make(found(folder))
    assert set(shelf.files(found(folder))) == {"html", "markdown", "json"}
    assert len(list((tmp_path / "reports").iterdir())) == 1, "nothing half made is left"
