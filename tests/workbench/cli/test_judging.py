from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot_core.errors import PromptError
from tests.fakes.judging import label
from workbench.cli import calibration as commands
from workbench.cli.judging import app
from workbench.evaluation.judge.labels import LabelBook
from workbench.evaluation.judge.record import read_calibrations
from workbench.evaluation.judge.rubric import Rubric
from workbench.evaluation.judge.tables import calibration_summary, calibration_tables
from workbench.records import Verdict

PAGE = "# The judge\n\n<!-- calibration -->\nold\n<!-- /calibration -->\n\nThe end.\n"


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KAVAK_DATA_DIR", str(tmp_path / "var"))
    return tmp_path / "var"


def run(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


def test_the_rules_are_calibrated_without_a_model():
    result = run("calibrate", "--model", "offline")
    assert result.exit_code == 0, result.output
    assert "### offline, rules/v001 (rules" in result.output
    assert "| rude | – | 5 of 5 | – |" in result.output
    assert "on defects they were not written for" in result.output


def test_as_json():
    [rules] = json.loads(run("calibrate", "--model", "offline", "--json").output)
    assert rules["replies"] == rules["labelled_replies"] >= 120
    assert set(rules["rubrics"]) == {rubric.value for rubric in Rubric}
    assert rules["rubrics"]["tone"]["every"]["kappa"]["value"] > 0.5


def test_write_keeps_the_calibration_and_renews_the_page(tmp_path, monkeypatch):
    page = tmp_path / "judge.md"
    page.write_text(PAGE, encoding="utf-8")
    kept = []
    other = tmp_path / "evaluation.md"
    other.write_text(PAGE, encoding="utf-8")
    monkeypatch.setattr(commands, "DOCS", page)
    monkeypatch.setattr(commands, "SUMMARY_DOCS", other)
    monkeypatch.setattr(commands, "write_calibration", lambda found: kept.append(found.judge.name))
    assert run("calibrate", "--model", "offline", "--write").exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# The judge\n\n<!-- calibration -->\n### offline")
    assert text.endswith("<!-- /calibration -->\n\nThe end.\n") and "old" not in text
    assert kept == ["offline.rules-v001"]
    summary = other.read_text(encoding="utf-8")
    assert "| offline, rules/v001 | 151 of 151 | tone | 0." in summary and "\nold\n" not in summary


def test_the_pages_tell_what_the_committed_calibrations_say():
    kept = read_calibrations()
    rules = next(one for one in kept if one.judge.model == "offline")
    pages = {commands.DOCS: calibration_tables(kept, rules), commands.SUMMARY_DOCS: calibration_summary(kept, rules)}
    for page, tables in pages.items():
        text = page.read_text(encoding="utf-8").partition("<!-- calibration -->\n")[2]
        assert text.partition("\n<!-- /calibration -->")[0] == tables, "python -m workbench judge calibrate --write"


def test_an_unknown_prompt_is_named():
    result = run("calibrate", "--prompt", "judge/v999")
    assert isinstance(result.exception, PromptError) and "judge/v999" in str(result.exception)


def test_labels_are_counted_and_people_compared(data_dir):
    book = LabelBook(data_dir / "labels")
    for number in range(4):
        book.add(label(f"real-{number}", Verdict.PASS if number else Verdict.FAIL, annotator="ana"))
        book.add(label(f"real-{number}", Verdict.PASS if number > 1 else Verdict.FAIL, annotator="beto"))
    told = run("labels").output
    assert "by construction: " in told and "by ana: 4" in told
    assert "ana and beto, tone: kappa 0.50" in told
    counted = json.loads(run("labels", "--json").output)
    assert counted["annotators"]["beto"] == 4
    assert counted["agreement"] == [
        {"rubric": "tone", "annotators": ["ana", "beto"], "kappa": pytest.approx(0.5), "n": 4}
    ]
