from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot_core.errors import Immutable, StoreError
from tests.fakes.found import none_left_out, plans, preference, preferred, stored
from workbench.records import JudgeWarning
from workbench.storage.database import WorkbenchDatabase, in_memory
from workbench.storage.experiment_files import ExperimentFiles, ExperimentFolder, preferences_id
from workbench.storage.journal import PreferenceJournal
from workbench.storage.preference_files import PairOutcome, read_header, read_preferences
from workbench.storage.rebuild import rebuild, take_in
from workbench.storage.run_files import read_run, write_run

O = PairOutcome  # noqa: E741


@pytest.fixture
def files(tmp_path):
    return ExperimentFiles(tmp_path / "experiments")


@pytest.fixture
def folder(files) -> ExperimentFolder:
    return stored(files, "e1", plans([1], "5000"), plans([], "6000"))


@pytest.fixture
def database() -> Iterator[WorkbenchDatabase]:
    database = in_memory()
    yield database
    database.close()


def test_what_was_filed_is_read_again_and_never_replaced(folder):
    warned = JudgeWarning(kind="same_model", message="its own words")
    records = [preference(f"case-{n:03}", O.CANDIDATE, flipped=n == 7) for n in range(250)]
    records.append(preference("case-zzz", O.UNSCORED).model_copy(update={"warnings": (warned,)}))
    preferred(folder, "e1-2", records)
    assert list(folder.preferences("e1-2")) == records
    assert read_header(folder.preferences_path("e1-2")).candidate_run == "e1-2"
    with pytest.raises(Immutable, match="e1-2 is already saved"):
        preferred(folder, "e1-2", [])


def test_another_file_is_refused_by_name(folder):
    path = folder.preferences_path("e1-2")
    path.write_bytes(b"no parquet")
    with pytest.raises(StoreError, match=r"e1-2\.preferences\.parquet"):
        list(read_preferences(path))
    with pytest.raises(StoreError, match=r"e1-1\.parquet: no preferences"):
        read_header(folder.run_path("e1-1"))


def test_those_under_way_are_read_from_the_journal(folder):
    assert list(folder.preferences("e1-2")) == []
    journal = PreferenceJournal(folder.journal_path(preferences_id("e1-2")))
    records = [preference("case-01", O.TIE, same=True), preference("case-02", O.BASELINE)]
    for record in records:
        journal.append(record)
    assert list(folder.preferences("e1-2")) == records
    assert ("case-02", 1) in PreferenceJournal(folder.journal_path(preferences_id("e1-2")))
    assert list(journal.results([("case-02", 1)])) == records[1:]


def test_they_are_asked_for_in_sql(folder, files, database):
    same = preference("case-06", O.TIE, same=True)
    preferred(folder, "e1-2", [O.CANDIDATE, O.CANDIDATE, O.BASELINE, O.TIE, O.UNSCORED, O.LEFT_OUT, same])
    take_in(database, files, left_out=none_left_out)
    [row] = database.query("SELECT * FROM preferencias").as_dicts()
    assert (row["contra"], row["variante"], row["juez"]) == ("variante 1", "variante 2", "openai/judge")
    counts = ("prefirio_variante", "empates", "prefirio_contra", "sin_evaluar", "sin_comparar", "mismas_palabras")
    assert [row[name] for name in counts] == [2, 1, 1, 1, 1, 1]
    assert row["usd"] == pytest.approx(5 * 0.0005)
    [one] = database.query("SELECT * FROM preferences WHERE case_id = 'case-00'").as_dicts()
    assert (one["outcome"], one["calls"], one["input_tokens"]) == ("candidate", 2, 600)
    assert one["reasons"] == ["es clara", "es más clara"]


def test_the_judges_calls_about_pairs_are_model_calls_of_the_candidate(folder, files, database):
    preferred(folder, "e1-2", [O.CANDIDATE, O.TIE, O.LEFT_OUT])
    take_in(database, files, left_out=none_left_out)
    calls = "SELECT run_id, case_id, trial, turn, paid_for, agent, purpose, model, usd FROM model_calls"
    asked = f"{calls} WHERE purpose = 'pair' ORDER BY case_id"
    rows = database.query(asked).rows
    assert len(rows) == 4
    assert rows[0] == ("e1-2", "case-00", 1, None, "evaluation", "judge", "pair", "openai/judge", 0.00025)
    assert database.query("SELECT count(*) FROM prompts WHERE prompt_id = 'judge_pair/v001'").rows == [(1,)]
    # The run's file anew, as after `resume --errors`: the pairs' file is as it was, and so are its calls.
    path = folder.run_path("e1-2")
    run, results = read_run(path), list(folder.results("e1-2"))
    path.unlink()
    write_run(path, run, results)
    take_in(database, files, left_out=none_left_out)
    assert database.query(asked).rows == rows
    assert database.query("SELECT count(*) FROM model_calls").rows == [(44,)]
    assert database.query("SELECT sum(usd_evaluacion) FROM costos").rows == [(0.0,)], "of the pairs: preferencias.usd"


def test_taking_in_twice_rebuilding_and_forgetting(folder, files, database):
    preferred(folder, "e1-2", [O.CANDIDATE, O.TIE])
    count = "SELECT count(*) FROM preferences"
    take_in(database, files, left_out=none_left_out)
    take_in(database, files, left_out=none_left_out)
    assert database.query(count).rows == [(2,)]
    rebuild(database, files, left_out=none_left_out)
    assert database.query(count).rows == [(2,)]
    shutil.rmtree(folder.path)
    take_in(database, files, left_out=none_left_out)
    assert database.query(count).rows == [(0,)]
    assert database.query("SELECT * FROM taken").rows == []


def test_warnings_of_a_judge_are_rows_and_older_files_have_none(folder, files, database):
    path = folder.run_path("e1-1")
    run, results = read_run(path), list(folder.results("e1-1"))
    warned = results[0].model_copy(update={"warnings": (JudgeWarning(kind="same_model", message="its own"),)})
    path.unlink()
    write_run(path, run, [warned, *results[1:]])
    assert next(folder.results("e1-1")).warnings == warned.warnings
    _without_column(folder.run_path("e1-2"), "warnings")
    take_in(database, files, left_out=none_left_out)
    assert database.query("SELECT * FROM judge_warnings").rows == [("e1-1", "case-00", 1, "same_model", "its own")]
    assert database.query("SELECT count(*) FROM results").rows == [(40,)]
    assert all(result.warnings == () for result in folder.results("e1-2"))


def _without_column(path: Path, name: str) -> None:
    """As a version that did not know the column wrote it."""
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    pq.write_table(table.drop_columns([name]), path)
