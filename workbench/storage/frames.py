"""Results as Arrow tables in the order of the database's columns: the fast way into DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot_core.trace import Usage
from workbench.records import CaseResult

if TYPE_CHECKING:
    import pyarrow as pa


def results_frame(run_id: str, results: Sequence[CaseResult]) -> pa.Table:
    import pyarrow as pa

    usage = [sum((turn.trace.usage for turn in result.turns), Usage()) for result in results]
    return pa.table(
        {
            "run_id": pa.array([run_id] * len(results), pa.string()),
            "position": pa.array(range(len(results)), pa.int32()),
            "case_id": pa.array([result.case_id for result in results], pa.string()),
            "trial": pa.array([result.trial for result in results], pa.int32()),
            "difficulty": pa.array([result.difficulty for result in results], pa.string()),
            "tags": pa.array([list(result.tags) for result in results], pa.list_(pa.string())),
            "verdict": pa.array([result.verdict.value for result in results], pa.string()),
            "seconds": pa.array([result.seconds for result in results], pa.float64()),
            "input_tokens": pa.array([used.input_tokens for used in usage], pa.int64()),
            "output_tokens": pa.array([used.output_tokens for used in usage], pa.int64()),
            "record": pa.array([result.model_dump_json() for result in results], pa.string()),
        }
    )


def scores_frame(run_id: str, results: Sequence[CaseResult]) -> pa.Table:
    import pyarrow as pa

    rows = [(result, score) for result in results for score in result.scores]
    return pa.table(
        {
            "run_id": pa.array([run_id] * len(rows), pa.string()),
            "case_id": pa.array([result.case_id for result, _ in rows], pa.string()),
            "trial": pa.array([result.trial for result, _ in rows], pa.int32()),
            "scorer": pa.array([score.scorer for _, score in rows], pa.string()),
            "verdict": pa.array([score.verdict.value for _, score in rows], pa.string()),
            "reasons": pa.array([list(score.reasons) for _, score in rows], pa.list_(pa.string())),
        }
    )
