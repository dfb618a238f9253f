from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot_core.settings import PROJECT_ROOT, Settings
from workbench.evaluation.findings.data import as_data
from workbench.evaluation.findings.records import Findings
from workbench.evaluation.report.demonstration import demonstrate
from workbench.evaluation.report.experiment import write_report

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


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    folder = tmp_path_factory.mktemp("demonstration")
    return asyncio.run(demonstrate(Settings(data_dir=folder, _env_file=None)))


@pytest.mark.timeout(300)
def test_the_committed_report_tells_what_a_replay_gives(replayed: Findings):
    committed = json.loads((COMMITTED / "report.json").read_text(encoding="utf-8"))
    assert [variant.errors for variant in replayed.variants] == [(), (), ()]
    assert told(as_data(replayed, transcripts=False)) == told(committed)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["report.html", "report.md", "report.json"])
def test_a_second_demo_changes_no_file(replayed: Findings, tmp_path: Path, name: str):
    """Whatever day and commit it is; after a change of the report's words: `make demo`, and commit what it writes."""
    write_report(replayed, tmp_path)
    again = (tmp_path / name).read_text(encoding="utf-8").splitlines()
    committed = (COMMITTED / name).read_text(encoding="utf-8").splitlines()
    first = next((pair for pair in zip(committed, again, strict=False) if pair[0] != pair[1]), ("", ""))
    assert (len(again), *(line[:200] for line in first)) == (len(committed), "", ""), "run `make demo`"
    assert again == committed


def test_the_report_knows_no_clock_and_no_commit(replayed: Findings):
    [origin] = replayed.origins
    assert (origin.provenance.git_commit, origin.provenance.libraries) == (None, {})
    assert set(origin.provenance.hashes) == {"dataset", "catalog", "knowledge", "cassettes"}
    assert replayed.started_at == "2026-11-24", "the date of the recordings"


def test_the_committed_page_is_small_and_complete():
    page = (COMMITTED / "report.html").read_text(encoding="utf-8")
    assert len(page.encode()) < 5_000_000
    assert "Prompts v2 (qwen 1.5B)" in page and "financing/v002" in page
    assert "Prompts v2 (qwen 1.5B)" in (COMMITTED / "report.md").read_text(encoding="utf-8")
