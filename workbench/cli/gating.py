"""`eval` and `bless`."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import typer

from bot_core.settings import PROJECT_ROOT, Settings, load_settings
from workbench.evaluation.dataset.loading import OWN_FOLDER, Dataset, load_dataset
from workbench.evaluation.gate.judgement import Judgement, Outcome
from workbench.evaluation.gate.running import BASELINE, Gate
from workbench.evaluation.gate.suites import OFFLINE, Suite, run_suite
from workbench.evaluation.report.annotations import workflow_commands
from workbench.evaluation.report.transcripts import reasons, transcript
from workbench.evaluation.report.writing import write_reports
from workbench.records import CaseResult, VariantSpec, Verdict

REPORTS = PROJECT_ROOT / "eval_reports" / "latest"
_WRONG = (Verdict.FAIL, Verdict.ERROR)


@dataclass(frozen=True, slots=True)
class EvalOptions:
    verbose: bool = False
    out: Path | None = None
    dataset: Path | None = None
    catalog: Path | None = None
    baseline: Path | None = None

    def gate(self) -> Gate:
        settings = self.settings()
        dataset = load_dataset(self.dataset, own=settings.data_dir / OWN_FOLDER)
        gate = Gate(dataset, settings, baseline_path=self.baseline or BASELINE)
        # Another catalogue gives other expectations and other prompts: neither verdicts nor cassettes can be compared.
        return replace(gate, suites=(OFFLINE,), baseline_path=self.baseline) if self.catalog else gate

    def settings(self) -> Settings:
        settings = load_settings()
        return settings.model_copy(update={"catalog_path": self.catalog}) if self.catalog else settings


def run_eval(options: EvalOptions) -> int:
    """Run every suite, write the reports, tell what is wrong. Returns the exit code."""
    gate = options.gate()
    judgement = gate.run(on_result=_show_progress)
    written = write_reports(judgement, options.out or REPORTS)
    _tell(judgement, options.verbose)
    _for_github(judgement, gate.dataset, written[0])
    typer.echo(f"reports: {written[0].parent}")
    return int(judgement.outcome)


def run_only(prefix: str, release: str, options: EvalOptions) -> int:
    """Some cases on one release, without baseline and reports: for whoever writes a case or mends the bot."""
    settings = options.settings()
    dataset = load_dataset(options.dataset, own=settings.data_dir / OWN_FOLDER).starting_with(prefix)
    suite = Suite(VariantSpec(name=release, release_id=release), "golden")
    run = asyncio.run(run_suite(suite, (*dataset.cases, *dataset.own), settings, Path()))
    wrong = [result for result in run.results if result.verdict in _WRONG]
    for result in wrong:
        _tell_case(result, options.verbose)
    typer.echo(f"{len(run.results) - len(wrong)} of {len(run.results)} cases pass")
    return int(Outcome.REGRESSION if wrong else Outcome.OK)


def run_bless(reason: str, options: EvalOptions) -> None:
    """Raises DatasetError when the verdicts cannot be a baseline."""
    gate = options.gate()
    judgement = gate.run(on_result=_show_progress)
    write_reports(judgement, options.out or REPORTS)
    baseline = gate.bless(judgement, reason, on=date.today())  # noqa: DTZ011 - the day on the blesser's desk
    counts = ", ".join(f"{name}: {len(cases)} cases" for name, cases in baseline.suites.items())
    typer.echo(f"{gate.baseline_path}: {counts}")


def _show_progress(result: CaseResult, *, done: int, total: int) -> None:
    del result
    if done % 25 == 0 or done == total:
        typer.echo(f"\r{done}/{total} ", nl=done == total, err=True)


def _tell(judgement: Judgement, verbose: bool) -> None:
    for suite in judgement.suites:
        results = suite.run.results
        passed = sum(result.verdict is Verdict.PASS for result in results)
        typer.echo(f"{suite.run.suite.name}: {passed} of {len(results)} cases pass")
        for scorer in suite.scorers:
            rate = scorer.rate
            if rate.share is not None:
                flips = f"  lost {len(scorer.lost)}, won {len(scorer.won)}" if scorer.lost or scorer.won else ""
                typer.echo(f"  {scorer.scorer:12} {rate.passed:4}/{rate.scored:<4} {rate.share:7.1%}{flips}")
        for name, reason in suite.refused.items():
            typer.echo(f"  {name} is no evidence: {reason}")
        if verbose:
            for result in results:
                if result.verdict in _WRONG:
                    _tell_case(result, verbose)
    for problem in judgement.problems:
        where = f" {problem.case_id}" if problem.case_id else ""
        typer.echo(f"{problem.outcome.name.lower()}: {problem.suite}{where}: {problem.message}")
    typer.echo(f"verdict: {judgement.outcome.name.lower()}")


def _tell_case(result: CaseResult, verbose: bool) -> None:
    typer.echo(f"--- {result.case_id}")
    typer.echo(transcript(result) if verbose else "\n".join(f"  {line}" for line in reasons(result)))


def _for_github(judgement: Judgement, dataset: Dataset, summary: Path) -> None:
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return
    for line in workflow_commands(judgement, dataset.files):
        typer.echo(line)
    target = os.environ.get("GITHUB_STEP_SUMMARY")
    if target:
        with Path(target).open("a", encoding="utf-8") as file:
            file.write(summary.read_text(encoding="utf-8"))
