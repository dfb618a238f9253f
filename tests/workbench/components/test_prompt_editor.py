from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from bot_core.prompts.draft import DraftText
from workbench.components.prompt_editor import prompt_editor
from workbench.components.prompt_editor.prompt_editor import typed

KEY = "editor"
WRITTEN = DraftText(objective="uno", context="dos", format="tres", warnings="cuatro", notes="cinco")


@pytest.fixture
def reported() -> Iterator[dict[str, object]]:
    """What the browser last reported."""
    report: dict[str, object] = {"typed": {"revision": "r1", "sections": WRITTEN.model_dump()}}
    st.session_state[KEY] = report
    yield report
    del st.session_state[KEY]


def test_what_was_typed_into_this_revision_is_read(reported: dict[str, object]):
    assert typed(KEY, "r1") == WRITTEN


def test_what_was_typed_into_another_revision_is_not(reported: dict[str, object]):
    assert typed(KEY, "r2") is None


@pytest.mark.parametrize(
    "report",
    [
        None,
        "texto",
        {"revision": "r1"},
        {"revision": "r1", "sections": {"objective": 1}},
        {"revision": "r1", "sections": {"otra": "x"}},
        {"revision": "r1", "sections": WRITTEN.model_dump(), "more": 1},
        {"revision": "r1", "sections": WRITTEN.model_dump() | {"objective": "x" * 100_000}},
    ],
)
def test_a_malformed_or_overlong_report_is_no_text(reported: dict[str, object], report: object):
    reported["typed"] = report
    assert typed(KEY, "r1") is None


def test_before_the_first_report_there_is_no_text():
    assert typed("never drawn", "r1") is None


def test_no_text_is_ever_set_as_html():
    script = Path(prompt_editor.__file__).with_name("prompt_editor.js").read_text(encoding="utf-8")
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert forbidden not in script
