from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from bot_core.errors import StoreError, UserError
from tests.fakes.found import Make, P, plans, preferred, stored
from workbench.records import ExperimentSpec, VariantSpec
from workbench.storage.experiment_files import ExperimentFiles
from workbench.storage.exports import ExportFormat, export
from workbench.storage.preference_files import PairOutcome


@pytest.fixture
def folder(tmp_path):
    return stored(
        ExperimentFiles(tmp_path / "experiments"), "e1", plans([1], "5000", cases=3), plans([], "6000", cases=3)
    )


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_csv_for_spreadsheets(folder, tmp_path):
    paths = export(folder, tmp_path / "out" / "e1")
    assert [path.name for path in paths] == ["results.csv", "turns.csv", "scores.csv"]
    results, turns, scores = (read_csv(path) for path in paths)
    assert [(row["letter"], row["case_id"], row["verdict"]) for row in results[:4]] == [
        ("A", "case-00", "pass"),
        ("A", "case-01", "fail"),
        ("A", "case-02", "pass"),
        ("B", "case-00", "pass"),
    ]
    assert results[0]["experiment"] == "e1" and results[0]["tags"] == "typo"
    assert turns[0]["bot"] == "Pagas $5000 a 48 meses"
    assert [row["reasons"] for row in scores if row["verdict"] == "fail"] == ["turn 1: 48 months: 5000, expected 6000"]
    assert paths[0].read_bytes().startswith(b"\xef\xbb\xbf")


def test_what_a_judge_prefers_goes_along(folder, tmp_path):
    preferred(folder, "e1-2", [PairOutcome.CANDIDATE, PairOutcome.TIE])
    *_, path = export(folder, tmp_path / "out")
    assert path.name == "preferences.csv"
    assert [(row["variant"], row["case_id"], row["outcome"], row["judge"]) for row in read_csv(path)] == [
        ("variante 2", "case-00", "candidate", "openai/judge"),
        ("variante 2", "case-01", "tie", "openai/judge"),
    ]


def test_what_a_customer_wrote_is_no_formula(tmp_path):
    make = Make()
    evil = make.turn('=HYPERLINK("http://x")')
    folder = stored(ExperimentFiles(tmp_path), "e1", [make.played("case-1", evil, intent=P)])
    [row] = read_csv(export(folder, tmp_path / "out")[1])
    assert row["bot"] == '\'=HYPERLINK("http://x")'


def test_parquet_keeps_lists_and_numbers(folder, tmp_path):
    import pyarrow.parquet as pq

    paths = export(folder, tmp_path, ExportFormat.PARQUET)
    [first, *_] = pq.read_table(paths[0]).to_pylist()
    assert first["tags"] == ["typo"] and first["usd"] == pytest.approx(0.001)


def test_json_is_a_list_of_objects(folder, tmp_path):
    paths = export(folder, tmp_path, ExportFormat.JSON)
    rows = json.loads(paths[1].read_text(encoding="utf-8"))
    assert len(rows) == 6 and rows[0]["customer"] == "hola"


def test_an_experiment_without_a_run_that_is_over(tmp_path):
    spec = ExperimentSpec(name="later", variants=(VariantSpec(name="A"),))
    with pytest.raises(UserError, match="no run that is over"):
        export(ExperimentFiles(tmp_path).create(spec, "e1"), tmp_path / "out")


def test_a_folder_that_cannot_be_written(folder, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot be written"):
        export(folder, tmp_path / "file" / "e1")
