from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from typing import Any

import pytest

from bot_core.settings import PROJECT_ROOT
from tests.fakes.found import plans, stored
from workbench.storage.database import open_database
from workbench.storage.experiment_files import ExperimentFiles

HOLDER = """
import sys
from pathlib import Path
from workbench.storage.database import open_database
database = open_database(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def experiment(tmp_path):
    files = ExperimentFiles(tmp_path / "var" / "experiments")
    return stored(files, "e1", plans(range(12), "5000"), plans([], "6000"))


def test_a_report_in_a_folder(workbench, experiment, tmp_path):
    result = workbench("report", "e1", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert [line.rpartition("/")[2] for line in result.output.splitlines()] == [
        "report.html",
        "report.md",
        "report.json",
    ]
    assert "es mejor que" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_a_report_of_two_runs(workbench, experiment, tmp_path):
    assert workbench("report", "e1-2", "e1-1", "--out", tmp_path / "out").exit_code == 0
    data = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert data["comparisons"][0]["decision"] == "worse"


@pytest.mark.parametrize("file_format", ["csv", "parquet", "json"])
def test_exports(workbench, experiment, tmp_path, file_format):
    result = workbench("export", "e1", "--format", file_format, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        f"{name}.{file_format}" for name in ("results", "scores", "turns")
    ]


def test_a_question_in_sql(workbench, experiment):
    question = "SELECT variante, correctas, evaluadas FROM tasas WHERE medida = 'plan' ORDER BY letra"
    table = workbench("sql", question)
    assert table.exit_code == 0, table.output
    assert "variante 1" in table.output and "2 rows" in table.output
    rows = json.loads(workbench("sql", question, "--format", "json").stdout)
    assert rows == [
        {"variante": "variante 1", "correctas": 8, "evaluadas": 20},
        {"variante": "variante 2", "correctas": 20, "evaluadas": 20},
    ]
    lines = list(csv.reader(io.StringIO(workbench("sql", question, "--format", "csv").stdout)))
    assert lines[:2] == [["variante", "correctas", "evaluadas"], ["variante 1", "8", "20"]]


def test_a_csv_of_sql_holds_no_formula_and_no_pythons_list(workbench, experiment):
    question = "SELECT '=1+1' AS text, ['typo', 'short'] AS tags, -2 AS number, NULL AS nothing"
    lines = list(csv.reader(io.StringIO(workbench("sql", question, "--format", "csv").stdout)))
    assert lines[1] == ["'=1+1", "typo | short", "-2", ""]


@pytest.mark.parametrize(
    ("count", "limit", "said"),
    [
        (222, (), "the first 100 of 222 rows; a higher --limit, or --format csv or json, has all"),
        (222, ("--limit", "20"), "the first 20 of 222 rows"),
        (100, (), "\n100 rows"),
    ],
)
def test_a_table_that_is_cut_says_so(workbench, experiment, count, limit, said):
    result = workbench("sql", f"SELECT * FROM range({count})", *limit)
    assert said in result.output


def test_verdicts_are_worked_out_for_who_asks(workbench, experiment):
    rows = json.loads(
        workbench("sql", "SELECT veredicto FROM veredictos WHERE metric = 'plan'", "--format", "json").stdout
    )
    assert rows == [{"veredicto": "better"}]


def test_a_question_that_would_write(workbench, experiment):
    result = workbench("sql", "DELETE FROM results")
    assert result.exit_code == 1 and "one SELECT is needed" in str(result.exception)


def test_questions_are_answered_while_another_process_owns_the_database(workbench, experiment, tmp_path):
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "var" / "workbench.duckdb")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT_ROOT
    ) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "open\n"
        assert "1 rows" in workbench("sql", "SELECT count(*) FROM results").output
        assert workbench("compare", "e1").exit_code == 0
        assert workbench("report", "e1", "--out", tmp_path / "out").exit_code == 0
        refused = workbench("rebuild")
        holder.communicate("\n")
    assert f"process {holder.pid} has it open" in str(refused.exception)


def test_rebuild_finds_the_runs_again(workbench, experiment, tmp_path):
    assert "2 runs" in workbench("rebuild").output
    database = open_database(tmp_path / "var" / "workbench.duckdb")
    found: Any = database.query("SELECT count(*) FROM veredictos").rows
    assert len(database.experiments()) == 1 and found[0][0] > 3
    database.close()
