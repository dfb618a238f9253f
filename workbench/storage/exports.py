"""An experiment as tables for other tools: one row for each result, each turn, each score."""

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


TABLES = {"results": "position", "turns": "case_id, trial, turn", "scores": "case_id, trial, scorer"}
"""With the order of their rows inside a run."""
_BETWEEN = " | "
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export(folder: ExperimentFolder, target: Path, kind: ExportFormat = ExportFormat.CSV) -> tuple[Path, ...]:
    """Write `results`, `turns` and `scores` of all runs that are over into the folder `target`.

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
        target.mkdir(parents=True, exist_ok=True)
        return tuple(
            _write(database.frame(_sql(table, order)), target / f"{table}.{kind.value}", kind)
            for table, order in TABLES.items()
        )
    except OSError as error:
        raise StoreError(f"{target}: the export cannot be written: {error.strerror}") from error
    finally:
        database.close()


def _sql(table: str, order: str) -> str:
    """The table with the names of experiment and variant before its own columns."""
    return f"""
        SELECT e.name AS experiment, v.letter, v.name AS variant, t.*
        FROM {table} t JOIN variants v USING (run_id) JOIN experiments e USING (experiment_id)
        ORDER BY v.letter, {order}
    """  # noqa: S608


def _write(frame: pd.DataFrame, path: Path, kind: ExportFormat) -> Path:
    match kind:
        case ExportFormat.CSV:
            frame.map(_cell).to_csv(path, index=False, encoding="utf-8-sig")
        case ExportFormat.PARQUET:
            frame.to_parquet(path, index=False)
        case ExportFormat.JSON:
            frame.to_json(path, orient="records", force_ascii=False, indent=1)
    return path


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    if hasattr(value, "__len__"):
        return _cell(_BETWEEN.join(map(str, value)))
    return value
