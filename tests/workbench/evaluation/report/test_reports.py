from __future__ import annotations

import json
from datetime import date
from xml.etree import ElementTree as ET

import pytest

from bot_core.messages import InboundMessage, MessageKind
from tests.fakes.gated import played, suite_run
from tests.fakes.results import spoken
from workbench.evaluation.findings.conversations import customer_text
from workbench.evaluation.gate.baseline import bless
from workbench.evaluation.gate.judgement import Judgement, judge
from workbench.evaluation.report.annotations import workflow_commands
from workbench.evaluation.report.junit import write_junit
from workbench.evaluation.report.markdown import MAX_CHARS, summary
from workbench.evaluation.report.transcripts import transcript
from workbench.evaluation.report.writing import write_reports

BEFORE = (played("case-a"), played("case-b", "slots"), played("case-c"), played("case-d"))
AFTER = (
    played("case-a", "plan"),
    played("case-b", "slots"),
    played("case-c", "safety"),
    played("case-d", error="StaleCassette"),
)


@pytest.fixture
def judgement() -> Judgement:
    baseline = bless([suite_run(*BEFORE)], "all was well", date(2026, 11, 24))
    return judge([suite_run(*AFTER)], baseline)


def test_all_reports_are_written(judgement, tmp_path):
    written = write_reports(judgement, tmp_path / "latest")
    assert [path.name for path in written] == ["summary.md", "report.html", "results.json", "junit.xml"]
    assert all(path.stat().st_size > 100 for path in written)


def test_junit_tells_new_failures_from_blessed_ones(judgement, tmp_path):
    write_reports(judgement, tmp_path)
    [suite] = ET.parse(tmp_path / "junit.xml").getroot()
    outcome = {case.get("name"): [(child.tag, child.get("message")) for child in case] for case in suite}
    assert outcome == {
        "case-a": [("failure", "plan")],
        "case-b": [("skipped", "fails as blessed: slots")],
        "case-c": [("failure", "safety")],
        "case-d": [("error", "StaleCassette")],
    }
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4",
        "failures": "2",
        "errors": "1",
        "skipped": "1",
    }


def test_junit_survives_characters_that_xml_cannot_hold(tmp_path):
    attack = played("case-a", "safety").model_copy(update={"turns": (spoken("\x00\x1b[31m \ud800 ￾ ok"),)})
    write_junit(judge([suite_run(attack)], None), tmp_path / "junit.xml")
    text = ET.parse(tmp_path / "junit.xml").getroot()[0][0][0].text or ""
    assert "ok" in text and "\x00" not in text


def test_the_summary_names_what_was_lost_with_its_transcript(judgement):
    text = summary(judgement)
    assert text.startswith("## ❌ Evaluation: regression")
    assert "Baseline of 2026-11-24: all was well" in text
    assert "**regression** offline-base/golden `case-c`: safety: turn 1: wrong" in text
    assert "### Passed before, fails now: 2" in text
    assert "<code>case-a</code> (offline-base/golden): plan" in text
    assert "customer: hola\nbot: ¿<b>?\n✗ plan: turn 1: wrong" in text
    assert "**stale** offline-base/golden `case-d`: StaleCassette: first line\n  ```diff\n  + diff\n  ```" in text


def test_the_summary_fits_a_comment():
    many = [played(f"case-{number}", "safety") for number in range(3000)]
    text = summary(judge([suite_run(*many)], None))
    assert len(text) <= MAX_CHARS + 100
    assert "… and 2970 more" in text


def test_html_is_one_file_and_escapes_what_was_said(judgement, tmp_path):
    write_reports(judgement, tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "¿&lt;b&gt;?" in page and "<b>" not in page
    assert "case-b" in page and "as blessed" in page
    assert not any(word in page for word in ("<script", "http://", "https://", "<link"))


def test_json_holds_every_verdict(judgement, tmp_path):
    write_reports(judgement, tmp_path)
    data = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    suite = data["suites"]["offline-base/golden"]
    assert (data["outcome"], data["exit_code"]) == ("regression", 1)
    assert suite["scorers"]["plan"]["lost"] == ["case-a"]
    assert suite["cases"]["case-b"] == {
        "verdict": "fail",
        "failing": ["slots"],
        "reasons": ["✗ slots: turn 1: wrong"],
        "seconds": 0.0,
    }


def test_annotations_point_at_the_case(judgement, tmp_path):
    file = tmp_path / "cases.yaml"
    file.write_text("- id: case-b\n  why: x\n\n- id: case-c # note\n", encoding="utf-8")
    lines = list(workflow_commands(judgement, {"case-c": file}))
    assert f"::error file={file},line=4,title=regression%3A case-c::offline-base/golden: safety: turn 1: wrong" in lines
    assert any("case-d" in line and "first line%0A+ diff" in line for line in lines)
    assert not any("\n" in line for line in lines)


def test_a_transcript_shows_what_was_sent_beside_text():
    image = InboundMessage(text="mira", kind=MessageKind.IMAGE, profile_name="Ana")
    tap = InboundMessage(text="Más", kind=MessageKind.BUTTON, button_payload="more")
    assert customer_text(image) == "[image] mira (profile name: Ana)"
    assert customer_text(tap) == "Más (button: more)"


def test_lines_of_a_long_message_stand_under_each_other():
    result = played("case-a").model_copy(update={"turns": (spoken("uno\ndos"),)})
    assert transcript(result) == "customer: hola\nbot: uno\n     dos"
