"""Whether a case passes, in one line: tried with a bot that calls no model."""

from __future__ import annotations

import streamlit as st

from bot_core.errors import DatasetError
from workbench import session
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.findings.reasons import reason_said
from workbench.records import Verdict
from workbench.runner.case_trials import TriedCase
from workbench.texts.problems import case_fault
from workbench.texts.texts import text
from workbench.views.figures import plain

_MOST_REASONS = 3
_MARKS = {Verdict.PASS: "✅", Verdict.FAIL: "❌"}


def show_trial(turns_yaml: str, answered_by: str) -> None:
    """Of what is written now, saved or not. `answered_by` is the release of the conversation's last reply."""
    try:
        case = session.workbench().cases.typed(turns_yaml)
    except DatasetError as error:
        st.markdown(plain(f"⚠️ {case_fault(error)}"))
        return
    st.markdown(plain(trial_line(case, answered_by)))


def trial_line(case: Case, answered_by: str) -> str:
    tried = session.workbench().case_trials.tried(case, answered_by)
    said = f"{_MARKS.get(tried.verdict, '⚠️')} {_said(tried)}"
    return f"{said} {text('case.untried', release=tried.untried)}" if tried.untried else said


def trial_word(case: Case, answered_by: str) -> str:
    """The same in three words, for a notice."""
    verdict = session.workbench().case_trials.tried(case, answered_by).verdict
    word = {Verdict.PASS: "passes_word", Verdict.FAIL: "fails_word"}.get(verdict, "not_played_word")
    return f"{_MARKS.get(verdict, '⚠️')} {text(f'case.{word}')}"


def _said(tried: TriedCase) -> str:
    if tried.verdict is Verdict.PASS:
        return text("case.passes", release=tried.release_id)
    reasons = "; ".join(map(reason_said, tried.reasons[:_MOST_REASONS]))
    key = "case.fails" if tried.verdict is Verdict.FAIL else "case.not_played"
    return text(key, release=tried.release_id, reasons=reasons)
