"""Whoever may ask in SQL may only ask: whatever is written, nothing is changed and no file is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot_core.errors import UserError
from workbench.storage.database import WorkbenchDatabase, in_memory

WRITES = (
    "DELETE FROM taken",
    "INSERT INTO taken VALUES ('x', 1, 1)",
    "UPDATE taken SET size = 2",
    "TRUNCATE taken",
    "DROP TABLE taken",
    "DROP VIEW tasas",
    "ALTER TABLE taken ADD COLUMN x INT",
    "CREATE TABLE mine (a INT)",
    "CREATE TEMP TABLE mine (a INT)",
    "CREATE OR REPLACE VIEW tasas AS SELECT 1",
    "CREATE MACRO mine() AS 1",
    "CREATE SECRET mine (TYPE s3)",
    "COPY taken TO '{folder}/x.csv'",
    "COPY (SELECT 1) TO '{folder}/x.csv'",
    "COPY taken FROM '{folder}/there.csv'",
    "EXPORT DATABASE '{folder}/all'",
    "IMPORT DATABASE '{folder}/all'",
    "ATTACH '{folder}/x.duckdb'",
    "DETACH memory",
    "USE memory",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET VARIABLE x = 1",
    "RESET threads",
    "PRAGMA enable_profiling",
    "PRAGMA table_info('taken')",
    "CALL pragma_version()",
    "CHECKPOINT",
    "VACUUM",
    "BEGIN",
    "COMMIT",
    "PREPARE mine AS SELECT 1",
    "EXECUTE mine",
    "WITH one AS (SELECT 1) DELETE FROM taken",
    "MERGE INTO taken USING (SELECT 'x' AS run_id) s USING (run_id) WHEN MATCHED THEN DELETE",
)
FILES = (
    "SELECT * FROM read_csv('{there}')",
    "SELECT * FROM read_text('{there}')",
    "SELECT * FROM read_blob('{there}')",
    "SELECT * FROM read_parquet('{there}')",
    "SELECT * FROM read_json('{there}')",
    "SELECT * FROM sniff_csv('{there}')",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM '{there}'",
    "FROM '{there}'",
    "SELECT * FROM 'https://example.org/x.csv'",
    "SELECT (SELECT content FROM read_text('{there}'))",
    "WITH stolen AS (SELECT * FROM read_csv('{there}')) SELECT * FROM stolen",
    "DESCRIBE SELECT * FROM '{there}'",
    "SUMMARIZE '{there}'",
    "SELECT * FROM query('SELECT * FROM read_text(''{there}'')')",
    "SELECT * FROM query_table('{there}')",
    "SELECT * FROM duckdb_secrets() JOIN read_text('{there}') ON true",
)
QUESTIONS = (
    "SELECT 1",
    "select count(*) from taken;",
    "-- how many?\nSELECT count(*) FROM taken",
    "WITH one AS (SELECT 1 AS n) SELECT n FROM one",
    "FROM taken",
    "VALUES (1)",
    "SELECT 'DELETE FROM taken; DROP TABLE taken'",
    "DESCRIBE taken",
    "SHOW TABLES",
    "SUMMARIZE taken",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "there.csv").write_text("secret\n1\n", encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def database() -> Iterator[WorkbenchDatabase]:
    """One for all tests: no question may leave a trace in it."""
    database = in_memory()
    database.shut_outside()
    yield database
    database.close()


def contents(database: WorkbenchDatabase) -> object:
    tables = database.query("SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal ORDER BY ALL").rows
    views = database.query("SELECT view_name, sql FROM duckdb_views() WHERE NOT internal ORDER BY ALL").rows
    return tables, views, database.query("SELECT * FROM taken").rows


@pytest.mark.parametrize("sql", WRITES)
@pytest.mark.parametrize("around", ["{sql}", "EXPLAIN ANALYZE {sql}", "SELECT 1; {sql}", "{sql}; SELECT 1"])
def test_what_writes_is_refused_and_changes_nothing(database, folder, sql, around):
    before = contents(database)
    with pytest.raises(UserError, match="SQL: "):
        database.query(around.format(sql=sql.format(folder=folder)))
    assert contents(database) == before
    assert [path.name for path in folder.iterdir()] == ["there.csv"]


@pytest.mark.parametrize("sql", FILES)
@pytest.mark.parametrize("before", ["", "EXPLAIN ", "EXPLAIN ANALYZE "])
def test_no_file_and_no_address_is_read(database, folder, sql, before):
    with pytest.raises(UserError, match="SQL: ") as refused:
        database.query(before + sql.format(there=folder / "there.csv", folder=folder))
    assert "secret" not in str(refused.value).replace(str(folder), "").replace("duckdb_secrets", "")


@pytest.mark.parametrize("sql", QUESTIONS)
def test_questions_are_answered(database, sql):
    assert database.query(sql).columns


def test_the_environment_is_not_told(database, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    with pytest.raises(UserError, match="SQL: "):
        database.query("SELECT getenv('OPENAI_API_KEY')")


@given(
    st.sampled_from(WRITES),
    st.lists(st.sampled_from([" ", "\n", "\t", "/* SELECT 1 */", "-- SELECT 1\n", "EXPLAIN ", "EXPLAIN ANALYZE "])),
    st.sampled_from(["", ";", " ; ", "; SELECT 1", " -- SELECT"]),
    st.booleans(),
)
def test_however_it_is_dressed_up(database, sql, before, after, lower):
    kept = contents(database)
    text = "".join(before) + sql.format(folder="/nowhere") + after
    with pytest.raises(UserError):
        database.query(text.lower() if lower else text)
    assert contents(database) == kept


def test_a_question_that_failed_does_not_stand_in_the_way_of_the_next(database):
    with pytest.raises(UserError, match="Conversion"):
        database.query("SELECT CAST('x' AS INT)")
    assert database.query("SELECT 1").rows == [(1,)]
