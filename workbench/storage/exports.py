"""An experiment as tables for other tools: one row for each result, each turn, each score, each pair of a judge."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot_core.errors import StoreError, UserError
from workbench.storage.database import in_memory
from workbench.storage.experiment_files import ExperimentFolder

if TYPE_CHECKING:
    import pandas as pd


class ExportFormat(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"
    JSON = "json"


TABLES = {
    "results": "position",
    "turns": "case_id, trial, turn",
    "scores": "case_id, trial, scorer",
    "preferences": "case_id, trial",
}
"""With the order of their rows inside a run."""
_RUN = {"preferences": "candidate_run"}
"""The column that names the run, where it is not run_id."""
_BETWEEN = " | "
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export(folder: ExperimentFolder, target: Path, kind: ExportFormat = ExportFormat.CSV) -> tuple[Path, ...]:
    """Write `results`, `turns` and `scores` of all runs that are over into the folder `target`, and `preferences` when
    a judge compared the variants.

    CSV is for spreadsheets: UTF-8 with a mark, lists joined by " | ", and nothing that a customer wrote is a formula.
    JSON is one list of objects. Raises UserError when no run is over, StoreError when `target` cannot be written.
    """
    runs = [(run_id, path) for run_id in folder.run_ids() if (path := folder.run_path(run_id)).exists()]
    if not runs:
        raise UserError(
            f"the experiment {folder.experiment_id} has no run that is over", hint="wait for it, or cancel it"
        )
    database = in_memory()
    try:
        database.save_experiment(folder.record(), folder.spec)
        for run_id, path in runs:
            database.save_run(run_id, path)
            if (preferences := folder.preferences_path(run_id)).exists():
                database.save_preferences(run_id, preferences)
        target.mkdir(parents=True, exist_ok=True)
        tables = ((table, database.frame(_sql(table, order))) for table, order in TABLES.items())
        return tuple(
            _write(frame, target / f"{table}.{kind.value}", kind)
            for table, frame in tables
            if table != "preferences" or len(frame)
        )
    except OSError as error:
        raise StoreError(f"{target}: the export cannot be written: {error.strerror}") from error
    finally:
        database.close()


def _sql(table: str, order: str) -> str:
    """The table with the names of experiment and variant before its own columns."""
    return f"""
        SELECT e.name AS experiment, v.letter, v.name AS variant, t.*
        FROM {table} t JOIN variants v ON v.run_id = t.{_RUN.get(table, "run_id")}
        JOIN experiments e ON e.experiment_id = v.experiment_id
        ORDER BY v.letter, {order}
    """  # noqa: S608


def _write(frame: pd.DataFrame, path: Path, kind: ExportFormat) -> Path:
    match kind:
        case ExportFormat.CSV:
            frame.map(csv_cell).to_csv(path, index=False, encoding="utf-8-sig")
        case ExportFormat.PARQUET:
            frame.to_parquet(path, index=False)
        case ExportFormat.JSON:
            frame.to_json(path, orient="records", force_ascii=False, indent=1)
    return path


def csv_cell(value: Any) -> Any:
    """For spreadsheets: a list becomes one text, and no text is a formula."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    if hasattr(value, "__len__"):
        return csv_cell(_BETWEEN.join(map(str, value)))
    return value
