from __future__ import annotations

import json
from typing import Any

import pytest

from bot_core.settings import PROJECT_ROOT, Settings
from workbench.evaluation.findings.data import as_data
from workbench.evaluation.report.demonstration import demonstrate

COMMITTED = PROJECT_ROOT / "eval_reports" / "demo"


def told(data: Any) -> Any:
    """What must not change unnoticed: verdicts, numbers to six digits, and the conversations behind them."""
    return [
        {
            "pair": (comparison["baseline"], comparison["candidate"]),
            "headline": comparison["headline"],
            "flips": [(flip["key"], flip["kind"]) for flip in comparison["flips"]],
            "metrics": {
                row["metric"]: (
                    row["decision"],
                    row["gap"],
                    row["better"],
                    row["worse"],
                    *(round(row[name], 6) for name in ("difference", "low", "high", "adjusted_p")),
                )
                for row in comparison["metrics"]
            },
        }
        for comparison in data["comparisons"]
    ]


@pytest.mark.timeout(300)
async def test_the_committed_report_is_what_a_replay_gives(tmp_path):
    found = await demonstrate(Settings(data_dir=tmp_path, _env_file=None))
    committed = json.loads((COMMITTED / "report.json").read_text(encoding="utf-8"))
    assert [variant.errors for variant in found.variants] == [(), (), ()]
    assert told(as_data(found, transcripts=False)) == told(committed)


def test_the_committed_page_is_small_and_complete():
    page = (COMMITTED / "report.html").read_text(encoding="utf-8")
    assert len(page.encode()) < 5_000_000
    assert "Prompts v2 (qwen 1.5B)" in page and "financing/v002" in page
    assert "Prompts v2 (qwen 1.5B)" in (COMMITTED / "report.md").read_text(encoding="utf-8")
