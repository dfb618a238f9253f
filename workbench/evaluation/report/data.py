"""The judgement as JSON: verdicts and rates, no transcripts."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workbench.evaluation.gate.baseline import failing
from workbench.evaluation.gate.judgement import Judgement, SuiteJudgement
from workbench.evaluation.report.transcripts import reasons


def write_json(judgement: Judgement, path: Path) -> None:
    path.write_text(json.dumps(as_data(judgement), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def as_data(judgement: Judgement) -> dict[str, Any]:
    return {
        "outcome": judgement.outcome.name.lower(),
        "exit_code": int(judgement.outcome),
        "problems": [
            {
                "kind": problem.outcome.name.lower(),
                "suite": problem.suite,
                "case": problem.case_id,
                "message": problem.message,
            }
            for problem in judgement.problems
        ],
        "suites": {suite.run.suite.name: _suite(suite) for suite in judgement.suites},
    }


def _suite(suite: SuiteJudgement) -> dict[str, Any]:
    return {
        "scorers": {
            scorer.scorer: asdict(scorer.rate)
            | {
                "paired": scorer.paired,
                "lost": [result.case_id for result in scorer.lost],
                "won": [result.case_id for result in scorer.won],
                "p_value": scorer.p_value,
            }
            for scorer in suite.scorers
        },
        "refused": dict(suite.refused),
        "unblessed": suite.unblessed,
        "removed": suite.removed,
        "cases": {
            result.case_id: {
                "verdict": result.verdict.value,
                "failing": failing(result),
                "reasons": reasons(result),
                "seconds": round(result.seconds, 4),
            }
            for result in suite.run.results
        },
    }
