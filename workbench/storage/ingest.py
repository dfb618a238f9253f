"""From an experiment's Parquet files to the tables, by DuckDB alone: no result becomes an object, memory stays flat."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from bot_core.errors import Damaged
from workbench.storage.preference_files import read_header

if TYPE_CHECKING:
    import duckdb

_CALL = """{"agent": "VARCHAR", "purpose": "VARCHAR", "prompt_id": "VARCHAR", "prompt_hash": "VARCHAR",
    "model": "VARCHAR", "usage": {"input_tokens": "BIGINT", "output_tokens": "BIGINT"}, "cost_usd": "DOUBLE",
    "seconds": "DOUBLE", "attempts": ["JSON"], "fallback": "BOOLEAN",
    "messages": [{"role": "VARCHAR", "content": "VARCHAR"}]}"""
_TURN = (
    """{"messages": [{"text": "VARCHAR", "kind": "VARCHAR", "button_payload": "VARCHAR"}],
    "reply": {"text": "VARCHAR", "language": "VARCHAR"}, "expected_intents": ["VARCHAR"],
    "leads": [{"reference": "VARCHAR"}],
    "trace": {"tracking_id": "VARCHAR", "intention": {"intents": [{"intent": "VARCHAR"}]}, "facts": ["JSON"],
    "guardrails": [{"action": "VARCHAR"}], "total_seconds": "DOUBLE", "model_seconds": "DOUBLE", "calls": ["""
    + _CALL
    + "]}}"
)
"""What is read of a turn's JSON; the rest stays in the file."""

_CALLED = """
    INSERT INTO model_calls BY NAME
    SELECT $run_id AS run_id, case_id, trial, turn, paid_for, c.agent AS agent, purpose,
           c.prompt_id AS prompt_id, c.prompt_hash AS prompt_hash, c.model AS model,
           c.usage.input_tokens AS input_tokens, c.usage.output_tokens AS output_tokens, c.cost_usd AS usd,
           c.seconds AS seconds, greatest(len(c.attempts), 1) AS attempts, c.fallback AS fallback
    FROM incoming_calls
"""
_PROMPTS = """
    INSERT INTO prompts BY NAME
    SELECT c.prompt_id AS prompt_id, c.prompt_hash AS prompt_hash, any_value(c.agent) AS agent,
           coalesce(any_value(c.messages[1].content) FILTER (c.messages[1].role = 'system'), '') AS system_text
    FROM incoming_calls
    WHERE (c.prompt_id, c.prompt_hash) NOT IN (SELECT (prompt_id, prompt_hash) FROM prompts)
    GROUP BY ALL
"""
_NO_CALLS = "DROP TABLE incoming_calls"
_STEPS: tuple[str, ...] = (
    """
    CREATE OR REPLACE TEMP TABLE incoming_turns AS
    WITH played AS (
        SELECT case_id, trial, from_json(turns, '[SHAPE]') AS said FROM read_parquet($path)
    )
    SELECT case_id, trial, unnest(said) AS t, generate_subscripts(said, 1) AS turn FROM played
    """.replace("SHAPE", _TURN),
    """
    CREATE OR REPLACE TEMP TABLE incoming_calls AS
    WITH made AS (
        SELECT case_id, trial, turn, 'bot' AS paid_for, unnest(t.trace.calls) AS c FROM incoming_turns
        UNION ALL
        SELECT case_id, trial, NULL, 'evaluation', unnest(from_json(evaluation_calls, '[SHAPE]'))
        FROM read_parquet($path) WHERE evaluation_calls IS NOT NULL
    )
    SELECT *, c.purpose AS purpose FROM made
    """.replace("SHAPE", _CALL),
    """
    INSERT INTO turns BY NAME
    SELECT $run_id AS run_id, case_id, trial, turn,
           array_to_string(list_transform(t.messages, lambda m:
               CASE WHEN m.kind IN ('text', 'button') THEN m.text ELSE '[' || m.kind || '] ' || m.text END), chr(10)
           ) AS customer,
           t.reply.text AS bot, t.reply.language AS language, t.expected_intents AS expected_intents,
           list_sort(list_distinct(list_transform(coalesce(t.trace.intention.intents, []), lambda i: i.intent)))
               AS understood_intents,
           list_filter(list_transform(t.trace.guardrails, lambda g: g.action), lambda a: a <> 'accepted') AS guardrails,
           coalesce(list_distinct(flatten(list_transform(t.trace.facts,
               lambda f: list_concat(json_extract_string(f, '$.cars[*].label'),
                                     json_extract_string(f, ['$.car.label']))))), []) AS cars_shown,
           list_transform(coalesce(t.leads, []), lambda l: l.reference) AS leads,
           t.trace.total_seconds AS seconds, t.trace.model_seconds AS model_seconds, t.trace.tracking_id AS tracking_id
    FROM incoming_turns
    """,
    _CALLED,
    _PROMPTS,
    """
    INSERT INTO scores BY NAME
    SELECT $run_id AS run_id, case_id, trial, s.scorer AS scorer, s.verdict AS verdict, s.reasons AS reasons
    FROM (SELECT case_id, trial, unnest(scores) AS s FROM read_parquet($path))
    """,
    """
    INSERT INTO results BY NAME
    WITH spent AS (
        SELECT case_id, trial,
               count(*) FILTER (paid_for = 'bot' AND (c.model <> 'offline' OR c.fallback)) AS calls,
               sum(c.cost_usd) FILTER (paid_for = 'bot') AS usd,
               sum(c.cost_usd) FILTER (paid_for = 'evaluation') AS evaluation_usd,
               sum(c.usage.input_tokens) FILTER (paid_for = 'bot') AS input_tokens,
               sum(c.usage.output_tokens) FILTER (paid_for = 'bot') AS output_tokens
        FROM incoming_calls GROUP BY ALL
    ), said AS (SELECT case_id, trial, count(*) AS turns FROM incoming_turns GROUP BY ALL)
    SELECT $run_id AS run_id, file_row_number AS position, case_id, trial, why, difficulty, tags, verdict, seconds,
           coalesce(said.turns, 0) AS turns, coalesce(calls, 0) AS model_calls, coalesce(usd, 0) AS usd,
           coalesce(evaluation_usd, 0) AS evaluation_usd, coalesce(input_tokens, 0) AS input_tokens,
           coalesce(output_tokens, 0) AS output_tokens, error ->> '$.kind' AS error_kind,
           error ->> '$.message' AS error, simulated ->> '$.end' AS simulated_end
    FROM (SELECT * EXCLUDE (turns) FROM read_parquet($path, file_row_number = true))
    LEFT JOIN spent USING (case_id, trial) LEFT JOIN said USING (case_id, trial)
    """,
    "DROP TABLE incoming_turns",
    _NO_CALLS,
)
_WARNED = """
    INSERT INTO judge_warnings BY NAME
    SELECT $run_id AS run_id, case_id, trial, w.kind AS kind, w.message AS message
    FROM (SELECT case_id, trial, unnest(from_json(warnings, '[{"kind": "VARCHAR", "message": "VARCHAR"}]')) AS w
          FROM read_parquet($path) WHERE warnings IS NOT NULL)
"""
"""Files of before there were warnings do not have the column."""
_PREFERRED = """
    INSERT INTO preferences BY NAME
    WITH said AS (SELECT *, from_json(calls, '[SHAPE]') AS asked FROM read_parquet($path))
    SELECT $experiment_id AS experiment_id, $baseline_run AS baseline_run, $candidate_run AS candidate_run,
           case_id, trial, outcome, flipped, same, reasons, problem,
           list_transform(from_json(warnings, '[{"kind": "VARCHAR"}]'), lambda w: w.kind) AS warnings,
           $judge AS judge, $prompt AS prompt, $prompt_hash AS prompt_hash, len(asked) AS calls,
           coalesce(list_sum(list_transform(asked, lambda c: c.usage.input_tokens)), 0) AS input_tokens,
           coalesce(list_sum(list_transform(asked, lambda c: c.usage.output_tokens)), 0) AS output_tokens,
           coalesce(list_sum(list_transform(asked, lambda c: c.cost_usd)), 0) AS usd
    FROM said
""".replace("SHAPE", _CALL)
_PAIR_CALLS = """
    CREATE OR REPLACE TEMP TABLE incoming_calls AS
    SELECT case_id, trial, NULL AS turn, 'evaluation' AS paid_for, 'pair' AS purpose,
           unnest(from_json(calls, '[SHAPE]')) AS c
    FROM read_parquet($path)
""".replace("SHAPE", _CALL)
_OF_PAIRS = "purpose = 'pair'"
"""These calls come from a file of their own: a run that is taken in again leaves them alone."""
OF_RUN = ("results", "scores", "turns", "model_calls", "judge_warnings")
"""Tables whose rows belong to one run."""


def ingest(cursor: duckdb.DuckDBPyConnection, run_id: str, path: Path) -> None:
    """Replace the rows of `run_id` by what its file holds. Raises StoreError for a file that is no run."""
    import duckdb

    try:
        for table in OF_RUN:
            kept = f" AND NOT {_OF_PAIRS}" if table == "model_calls" else ""
            cursor.execute(f"DELETE FROM {table} WHERE run_id = ?{kept}", [run_id])  # noqa: S608
        for statement in (*_STEPS, *((_WARNED,) if _has_column(cursor, path, "warnings") else ())):
            _execute(cursor, statement, run_id=run_id, path=str(path))
    except duckdb.Error as error:
        raise Damaged(f"{path}: not a run of this workbench: {str(error).splitlines()[0]}") from error


def ingest_preferences(cursor: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Replace what is known of the two runs' pairs, and of the judge's calls about them, by what the file holds.

    Raises StoreError."""
    import duckdb

    header = read_header(path)
    try:
        cursor.execute("DELETE FROM preferences WHERE candidate_run = ?", [header.candidate_run])
        cursor.execute(f"DELETE FROM model_calls WHERE run_id = ? AND {_OF_PAIRS}", [header.candidate_run])  # noqa: S608
        for statement in (_PREFERRED, _PAIR_CALLS, _CALLED, _PROMPTS, _NO_CALLS):
            _execute(cursor, statement, run_id=header.candidate_run, path=str(path), **header.model_dump())
    except duckdb.Error as error:
        raise Damaged(f"{path}: no preferences of this workbench: {str(error).splitlines()[0]}") from error


def _execute(cursor: duckdb.DuckDBPyConnection, statement: str, **values: str) -> None:
    """With those of the values that the statement names: DuckDB refuses any other."""
    named = set(re.findall(r"\$(\w+)", statement))
    cursor.execute(statement, {name: value for name, value in values.items() if name in named})


def _has_column(cursor: duckdb.DuckDBPyConnection, path: Path, name: str) -> bool:
    query = "SELECT 1 FROM parquet_schema($path) WHERE name = $name"
    return cursor.execute(query, {"path": str(path), "name": name}).fetchone() is not None
