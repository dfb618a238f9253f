"""`report`, `export`, `sql` and `rebuild`: what was stored, for people and for other tools."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.running import experiment_files

if TYPE_CHECKING:
    from workbench.evaluation.findings.records import Findings
    from workbench.storage.database import Answer
    from workbench.storage.experiment_files import DamagedExperiment
    from workbench.storage.rebuild import Verdicts

_VERDICTS = ("comparisons", "veredictos")
_SHOWN = 100
_MOST_ROWS = 1_000_000_000


class TableFormat(StrEnum):
    """How rows are printed or written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class FileFormat(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"
    JSON = "json"


def report(
    ids: Annotated[list[str], typer.Argument(help="An experiment, or two runs or experiments of one variant each.")],
    pdf: Annotated[bool, typer.Option("--pdf", help="Also a PDF, by the Chromium that is installed.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder; default: eval_reports/<ids>.")] = None,
    json_output: Annotated[
        bool, typer.Option("--json", help="The files that were written, as one JSON object.")
    ] = False,
) -> None:
    """Write the report of an experiment: one HTML file that opens offline, Markdown and JSON."""
    from bot_core.settings import PROJECT_ROOT, load_settings
    from workbench.cli.bars import working
    from workbench.cli.comparing import stored_findings
    from workbench.cli.telling import print_json

    with working("working it out"):
        found = stored_findings(ids, load_settings())
    files = written(found, out or PROJECT_ROOT / "eval_reports" / "-".join(ids), pdf=pdf)
    if json_output:
        print_json(files)
        return
    for path in files.values():
        if path:
            typer.echo(path)


def written(found: Findings, folder: Path, *, pdf: bool) -> dict[str, str | None]:
    """The paths of the report's files: html, markdown, json, pdf (null when nobody asked for it)."""
    from workbench.cli.bars import working
    from workbench.evaluation.report.experiment import write_report

    with working("writing the report"):
        paths = write_report(found, folder, pdf=pdf)
    return {
        "html": str(paths.html),
        "markdown": str(paths.markdown),
        "json": str(paths.json),
        "pdf": str(paths.pdf) if paths.pdf else None,
    }


def export(
    experiment: Annotated[str, typer.Argument(help="Id of an experiment, as `list` shows it.")],
    file_format: Annotated[FileFormat, typer.Option("--format", help="csv is for spreadsheets.")] = FileFormat.CSV,
    out: Annotated[Path | None, typer.Option(help="Folder; default: the id, in the current one.")] = None,
) -> None:
    """Write results, turns and scores of an experiment as tables, one row each."""
    from workbench.storage.exports import ExportFormat
    from workbench.storage.exports import export as exported

    folder = experiment_files().open(experiment)
    for path in exported(folder, out or Path(experiment), ExportFormat(file_format.value)):
        typer.echo(str(path))


def sql(
    question: Annotated[str, typer.Argument(help="One SELECT; docs/sql.md lists the tables.")],
    table_format: Annotated[TableFormat, typer.Option("--format")] = TableFormat.TABLE,
    limit: Annotated[
        int | None, typer.Option(min=1, max=_MOST_ROWS, help="Most rows; default: 100 of a table, all of a file.")
    ] = None,
) -> None:
    """Ask a question of all stored experiments in SQL. Works while the workbench runs: it reads the files."""
    from workbench.storage.database import in_memory
    from workbench.storage.rebuild import take_in

    database = in_memory()
    try:
        take_in(database, experiment_files(), left_out=_tell_left_out, verdicts=_verdicts_for(question))
        database.shut_outside()
        shown = limit or (_SHOWN if table_format is TableFormat.TABLE else None)
        _print(database.query(question, limit=shown), table_format)
    finally:
        database.close()


def rebuild() -> None:
    """Make the workbench's database again from the experiments' files."""
    from bot_core.settings import load_settings
    from workbench.evaluation.findings.filing import verdicts_of
    from workbench.storage import rebuild as rebuilding
    from workbench.storage.database import database_path, open_database
    from workbench.storage.experiment_files import ExperimentFiles, experiments_folder

    settings = load_settings()
    database = open_database(database_path(settings))
    try:
        files = ExperimentFiles(experiments_folder(settings))
        count = rebuilding.rebuild(database, files, left_out=_tell_left_out, verdicts=verdicts_of)
    finally:
        database.close()
    typer.echo(f"{database.path}: {count} runs")


def _tell_left_out(damaged: DamagedExperiment) -> None:
    """On standard error: the answer is on standard output."""
    typer.echo(f"left out: {damaged.experiment_id}: {damaged.problem}", err=True)


def _verdicts_for(question: str) -> Verdicts | None:
    """Working out verdicts takes seconds: only for those who ask for them."""
    if not any(name in question.lower() for name in _VERDICTS):
        return None
    from workbench.evaluation.findings.filing import verdicts_of

    return verdicts_of


def _print(answer: Answer, table_format: TableFormat) -> None:
    match table_format:
        case TableFormat.TABLE:
            _print_table(answer)
        case TableFormat.CSV:
            import csv
            import sys

            from workbench.storage.exports import csv_cell

            writer = csv.writer(sys.stdout)
            writer.writerow(answer.columns)
            writer.writerows(map(csv_cell, row) for row in answer.rows)
        case TableFormat.JSON:
            import json

            typer.echo(json.dumps(answer.as_dicts(), ensure_ascii=False, indent=1, default=str))


def _print_table(answer: Answer) -> None:
    from rich.table import Table

    from workbench.cli.printing import table_console

    table = Table()
    for column in answer.columns:
        table.add_column(column, overflow="fold")
    for row in answer.rows:
        table.add_row(*(_cell(value) for value in row))
    table_console().print(table)
    shown = len(answer.rows)
    if shown < answer.total:
        typer.echo(f"the first {shown} of {answer.total} rows; a higher --limit, or --format csv or json, has all")
    else:
        typer.echo(f"{shown} rows")


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case float():
            return f"{value:.6g}"
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value)
