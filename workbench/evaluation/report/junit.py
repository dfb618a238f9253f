"""JUnit XML: one suite each, one test for each case. A failure that the baseline already holds is a skipped test."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

from workbench.evaluation.gate.baseline import failing
from workbench.evaluation.gate.judgement import Judgement, SuiteJudgement
from workbench.evaluation.report.transcripts import transcript
from workbench.evaluation.scorers.table import HARD
from workbench.records import CaseResult, Verdict

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(judgement: Judgement, path: Path) -> None:
    root = ET.Element("testsuites")
    for suite in judgement.suites:
        root.append(_suite(suite, judgement))
    ET.indent(root)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def is_known(result: CaseResult, suite: str, judgement: Judgement) -> bool:
    """True when the baseline holds every failure of `result`, and none of them breaks a hard rule."""
    failed = set(failing(result))
    before = judgement.baseline.failed(suite, result.case_id) if judgement.baseline else None
    return before is not None and failed <= before and not failed & set(HARD)


def _suite(suite: SuiteJudgement, judgement: Judgement) -> ET.Element:
    name = suite.run.suite.name
    element = ET.Element("testsuite", name=name)
    for result in suite.run.results:
        element.append(_case(result, name, judgement))
    for tag in ("failure", "error", "skipped"):
        count = sum(case.find(tag) is not None for case in element)
        element.set({"failure": "failures", "error": "errors", "skipped": "skipped"}[tag], str(count))
    element.set("tests", str(len(element)))
    return element


def _case(result: CaseResult, suite: str, judgement: Judgement) -> ET.Element:
    element = ET.Element("testcase", classname=suite, name=result.case_id, time=f"{result.seconds:.3f}")
    match result.verdict:
        case Verdict.FAIL:
            tag = "skipped" if is_known(result, suite, judgement) else "failure"
            known = "fails as blessed: " if tag == "skipped" else ""
            detail = ET.SubElement(element, tag, message=_xml(known + ", ".join(failing(result))))
            detail.text = _xml(transcript(result))
        case Verdict.ERROR:
            kind = result.error.kind if result.error else "scorer"
            ET.SubElement(element, "error", message=_xml(kind)).text = _xml(transcript(result))
        case Verdict.UNSCORED:
            ET.SubElement(element, "skipped", message="nothing to score")
        case Verdict.PASS:
            pass
    return element


def _xml(text: str) -> str:
    """Attack cases hold characters that XML cannot."""
    return _NOT_XML.sub("�", text)
