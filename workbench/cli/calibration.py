"""What `judge calibrate` and `judge labels` do."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import typer

from bot_core.llm.gateway import OFFLINE_MODEL, ModelSettings
from bot_core.settings import PROJECT_ROOT, load_settings
from workbench.cli.asking import run_and_close
from workbench.evaluation.judge.asked import LOCAL_JUDGE, PAIRS, OnReply
from workbench.evaluation.judge.calibrating import CalibrationJob, How
from workbench.evaluation.judge.judge import JudgedReply
from workbench.evaluation.judge.labels import LabelBook, agreements
from workbench.evaluation.judge.record import JudgeCalibration, read_calibrations, write_calibration
from workbench.evaluation.judge.rubric import Rubric
from workbench.evaluation.judge.rules import RULE_JUDGE
from workbench.evaluation.judge.tables import calibration_summary, calibration_tables, kappa_text
from workbench.records import JudgeSpec

DOCS = PROJECT_ROOT / "docs" / "judge.md"
SUMMARY_DOCS = PROJECT_ROOT / "docs" / "evaluation.md"
_BEGIN, _END = "<!-- calibration -->", "<!-- /calibration -->"


@dataclass(frozen=True, slots=True)
class CalibrateOptions:
    model: str | None = None
    api_base: str | None = None
    prompt: str = "judge/v001"
    record: bool = False
    missing: bool = False
    pairs: bool = False
    concurrency: int = 8
    write: bool = False
    json_output: bool = False

    def spec(self) -> JudgeSpec:
        if self.model is None:
            model = LOCAL_JUDGE.model
            if self.api_base:
                model = model.model_copy(update={"api_base": self.api_base})
            return JudgeSpec(model=model, prompt=self.prompt)
        settings = ModelSettings(model=self.model, api_base=self.api_base, max_tokens=400, timeout_seconds=60)
        return JudgeSpec(model=settings, prompt=self.prompt)

    def how(self) -> How:
        if self.record:
            return How.RECORD
        if self.model is None:
            return How.REPLAY
        return How.RULES if self.model == OFFLINE_MODEL else How.LIVE


def run_calibrate(options: CalibrateOptions) -> None:
    """Raises UserError for an unknown prompt, a broken label file or a stale recording."""
    book = LabelBook(load_settings().data_dir / "labels")
    people = book.people()
    today = date.today()  # noqa: DTZ011 - the day on the desk of whoever calibrates
    rules_job = CalibrationJob(RULE_JUDGE, How.RULES, people=people)
    rules = run_and_close(rules_job.run(on=today))
    found = [rules]
    if options.how() is not How.RULES:
        job = CalibrationJob(
            options.spec(),
            options.how(),
            people=people,
            concurrency=options.concurrency,
            with_pairs=options.pairs,
        )
        if job.how is How.RECORD:
            _record(_only_missing(job) if options.missing else job, today)
            # What counts is what anybody can repeat: everything that is recorded by now.
            job = replace(job, how=How.REPLAY, with_pairs=False)
        with _progress(job) as on_reply:
            found.append(run_and_close(job.run(on_reply=on_reply, on=today)))
    _tell(found, rules, options)


def run_labels(*, json_output: bool) -> None:
    book = LabelBook(load_settings().data_dir / "labels")
    labels = book.labels()
    kinds = Counter((label.defect or "fine", label.rubric.value, label.verdict.value) for label in labels)
    people = Counter(label.annotator for label in labels)
    agreed = {rubric: agreements(labels, rubric) for rubric in Rubric}
    if json_output:
        data = {
            "replies": len({label.reply_id for label in labels}),
            "annotators": dict(people),
            "labels": [
                {"defect": defect, "rubric": rubric, "verdict": verdict, "labels": count}
                for (defect, rubric, verdict), count in sorted(kinds.items())
            ],
            "agreement": [
                {"rubric": rubric.value, "annotators": pair, "kappa": kappa.value, "n": kappa.n}
                for rubric, pairs in agreed.items()
                for pair, kappa in pairs.items()
            ],
        }
        typer.echo(json.dumps(data, ensure_ascii=False))
        return
    typer.echo(f"{len({label.reply_id for label in labels})} replies, {len(labels)} labels")
    for (defect, rubric, verdict), count in sorted(kinds.items()):
        typer.echo(f"  {defect:18} {rubric:13} {verdict:5} {count:4}")
    for annotator, count in people.most_common():
        typer.echo(f"  by {annotator}: {count}")
    for rubric, pairs in agreed.items():
        for (one, two), kappa in pairs.items():
            typer.echo(f"  {one} and {two}, {rubric.value}: kappa {kappa_text(kappa)}, {kappa.n} replies")


def _record(job: CalibrationJob, today: date) -> None:
    with _progress(job) as on_reply:
        run_and_close(job.run(on_reply=on_reply, on=today))


def _only_missing(job: CalibrationJob) -> CalibrationJob:
    missing = tuple(kind.kind for kind in job.kinds if not job.recordings.has(kind.kind))
    return replace(job, only=missing, with_pairs=job.with_pairs and not job.recordings.has(PAIRS))


@contextmanager
def _progress(job: CalibrationJob) -> Iterator[OnReply]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    total = sum(len(replies) for replies in job.groups().values())
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(job.spec.model.model, total=total)

        def on_reply(_reply_id: str, _judged: JudgedReply) -> None:
            bar.advance(task)

        yield on_reply


def _tell(found: Sequence[JudgeCalibration], rules: JudgeCalibration, options: CalibrateOptions) -> None:
    tables = calibration_tables(found, rules)
    if options.json_output:
        typer.echo(json.dumps([each.model_dump(mode="json") for each in found], ensure_ascii=False))
    else:
        typer.echo(tables)
    if options.write:
        for each in found:
            typer.echo(str(write_calibration(each)), err=True)
        # The pages tell of every judge that is kept, not only of this one.
        kept = read_calibrations()
        _write_docs(DOCS, calibration_tables(kept, rules))
        _write_docs(SUMMARY_DOCS, calibration_summary(kept, rules))


def _write_docs(path: Path, tables: str) -> None:
    """Between the two marks of the page."""
    before, _, rest = path.read_text(encoding="utf-8").partition(_BEGIN)
    after = rest.partition(_END)[2]
    path.write_text(f"{before}{_BEGIN}\n{tables}\n{_END}{after}", encoding="utf-8")
