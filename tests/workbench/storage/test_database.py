from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot_core.errors import NotFound, StoreError, UserError
from bot_core.llm.gateway import ModelSettings
from bot_core.releases.release import AgentName
from bot_core.settings import PROJECT_ROOT
from tests.fakes.results import experiment, result, run
from workbench.records import RunStatus, VariantSpec, Verdict
from workbench.storage.database import StoredComparison, in_memory, open_database
from workbench.storage.run_files import write_run

HOLDER = """
import sys
from pathlib import Path
from workbench.storage.database import open_database
database = open_database(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def database(tmp_path):
    database = open_database(tmp_path / "data" / "workbench.duckdb")
    yield database
    database.close()


@pytest.fixture
def saved(tmp_path):
    """Saves results as the run's file and gives its path."""

    def save(run_id, *results):
        path = tmp_path / f"{run_id}.parquet"
        path.unlink(missing_ok=True)
        write_run(path, run(run_id), results)
        return path

    return save


def comparison(metric: str = "case", experiment_id: str = "e1") -> StoredComparison:
    return StoredComparison(
        experiment_id=experiment_id,
        baseline_run="e1-1",
        candidate_run="e1-2",
        metric=metric,
        label="conversaciones correctas",
        unit="share",
        a=0.5,
        b=0.75,
        difference=0.25,
        low=0.1,
        high=0.4,
        p_value=0.01,
        adjusted_p=0.03,
        decision="better",
        gap=None,
        conversations=40,
        better=12,
        worse=2,
        more_conversations=None,
        sentence="«B» es mejor",
    )


def count(database: Any, table: str) -> Any:
    return database.query(f"SELECT count(*) FROM {table}").rows[0][0]


def test_everything_survives_a_restart(tmp_path, saved):
    path = tmp_path / "workbench.duckdb"
    first = open_database(path)
    first.save_experiment(experiment(run()))
    first.save_run("e1-1", saved("e1-1", result("b-b"), result("a-a", Verdict.FAIL)))
    first.save_comparisons("e1", [comparison()])
    first.close()
    second = open_database(path)
    assert second.experiments() == [experiment(run())]
    assert second.query("SELECT case_id, verdict FROM results ORDER BY position").rows == [
        ("b-b", "pass"),
        ("a-a", "fail"),
    ]
    assert second.query("SELECT veredicto FROM veredictos").rows == []
    assert second.has_comparisons("e1") and not second.has_comparisons("e2")
    second.close()


def test_models_and_parameters_of_single_agents_are_there(database):
    variant = VariantSpec(
        name="B",
        model=ModelSettings(model="openai/a", params={"top_p": 0.9}),
        models={AgentName.SALES: ModelSettings(model="openai/b", temperature=0.7, max_tokens=200)},
    )
    database.save_experiment(experiment(run(), run("e1-2", position=2).model_copy(update={"variant": variant})))
    question = """SELECT models['sales'].model, models['sales'].temperature, models['sales'].max_tokens,
        models['greeting'].model, models['greeting'].params ->> 'top_p' FROM variants ORDER BY letter"""
    assert database.query(question).rows == [(None,) * 5, ("openai/b", 0.7, 200, "openai/a", "0.9")]


def test_saving_again_replaces(database, saved):
    database.save_experiment(experiment(run(status=RunStatus.RUNNING), status=RunStatus.RUNNING))
    database.save_experiment(experiment(run()))
    database.save_experiment(experiment(run()))
    path = saved("e1-1", result("a-a"))
    assert database.save_run("e1-1", path) is True
    assert database.save_run("e1-1", path) is False
    assert database.save_run("e1-1", saved("e1-1", result("a-a"), result("b-b"))) is True
    assert database.experiment("e1").status is RunStatus.FINISHED
    assert [count(database, table) for table in ("experiments", "runs", "variants", "results", "turns")] == [
        1,
        1,
        1,
        2,
        2,
    ]
    for _ in range(2):
        database.save_comparisons("e1", [comparison(), comparison("plan")])
    assert count(database, "comparisons") == 2


def test_what_is_gone_is_forgotten(database, saved):
    for name in ("e1", "e2"):
        database.save_experiment(experiment(run(f"{name}-1")))
        database.save_run(f"{name}-1", saved(f"{name}-1", result("a-a")))
        database.save_comparisons(name, [comparison(experiment_id=name)])
    database.remove_experiments(keep={"e2"})
    assert [record.experiment_id for record in database.experiments()] == ["e2"]
    for table in ("results", "scores", "turns", "model_calls", "comparisons", "runs", "variants", "taken"):
        kept = database.query(f"SELECT * FROM {table}").as_dicts()
        assert kept and all("e2" in (row.get("run_id") or row["experiment_id"]) for row in kept), table
    with pytest.raises(NotFound, match="no experiment e1"):
        database.experiment("e1")


def test_reasons_and_texts_arrive_as_they_were(database, saved):
    database.save_run("e1-1", saved("e1-1", result("a-a", Verdict.FAIL, reason="turn 1: ñandú 👋 'x'")))
    assert database.query("SELECT reasons FROM scores WHERE verdict = 'fail'").rows == [(["turn 1: ñandú 👋 'x'"],)]
    [turn] = database.query("SELECT customer, bot, trial, turn FROM turns").as_dicts()
    assert turn == {"customer": "hola", "bot": "¡Hola! 👋", "trial": 1, "turn": 1}


def test_an_empty_run(database, saved):
    assert database.save_run("e1-1", saved("e1-1"))
    assert count(database, "results") == 0


def test_threads_get_their_own_rows(database, saved):
    for number in range(8):
        results = [result(f"case-{number}", trial=trial) for trial in range(1, 21)]
        database.save_run(f"e{number}-1", saved(f"e{number}-1", *results))
    ready = threading.Barrier(8)

    def read(number: int) -> Any:
        ready.wait()
        sql = f"SELECT DISTINCT case_id FROM results WHERE run_id = 'e{number}-1'"
        return {row for _ in range(10) for row in database.query(sql).rows}

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(8))) == [{(f"case-{number}",)} for number in range(8)]


def test_threads_write_side_by_side(database, saved):
    paths = [(f"e{number}-1", saved(f"e{number}-1", result("a-a"))) for number in range(24)]
    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(lambda one: database.save_run(*one), paths))
    assert count(database, "results") == 24


def test_a_failed_write_leaves_nothing_behind(database, saved, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    database.save_run("e1-1", saved("e1-1", result("a-a")))
    pq.write_table(pa.table({"case_id": ["x"]}), tmp_path / "other.parquet")
    with pytest.raises(StoreError, match=r"other\.parquet: not a run"):
        database.save_run("e1-1", tmp_path / "other.parquet")
    assert database.query("SELECT case_id FROM results").rows == [("a-a",)]


def test_another_process_that_holds_the_file_is_named(tmp_path):
    path = tmp_path / "workbench.duckdb"
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT_ROOT
    ) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "open\n"
        with pytest.raises(StoreError) as caught:
            open_database(path)
        holder.communicate("\n")
    message = str(caught.value)
    assert f"{path}: process {holder.pid} has it open" in message
    assert "\n" not in message
    open_database(path).close()


def test_a_file_that_is_no_database_is_refused_in_one_line(tmp_path):
    path = tmp_path / "workbench.duckdb"
    path.write_bytes(b"x" * 5000)
    with pytest.raises(StoreError) as caught:
        open_database(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM results",
        "SELECT 1; DROP TABLE results",
        "CREATE TABLE x (a INT)",
        "COPY results TO 'x.csv'",
        "ATTACH 'x.duckdb'",
        "",
        "/* SELECT */ INSERT INTO taken VALUES ('a', 1, 1)",
    ],
)
def test_only_questions_are_answered(sql):
    database = in_memory()
    with pytest.raises(UserError, match="one SELECT is needed"):
        database.query(sql)
    assert count(database, "taken") == 0
    database.close()


def test_a_fault_in_a_question_is_one_line():
    database = in_memory()
    with pytest.raises(UserError) as caught:
        database.query("SELECT nothing FROM nowhere")
    assert "nowhere" in str(caught.value) and "\n" not in str(caught.value)
    with pytest.raises(UserError, match="SQL: "):
        database.query("SELEC 1")
    database.close()


def test_answers_have_names_and_a_limit(database):
    answer = database.query("SELECT range AS n, 'a' AS letter FROM range(10)", limit=3)
    assert answer.columns == ("n", "letter") and len(answer.rows) == 3 and answer.total == 10
    assert answer.as_dicts()[2] == {"n": 2, "letter": "a"}
