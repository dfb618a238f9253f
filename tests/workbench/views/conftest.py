from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.fakes.pages import AsRole
from workbench import session
from workbench.roles import Person, Role
from workbench.runner.workbench import Workbench

SECONDS = 20.0


@pytest.fixture
def workbench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """The process's runner, on a data folder of this test; no model but the baseline can be reached."""
    monkeypatch.setenv("KAVAK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")
    monkeypatch.setattr("bot_core.llm.discovery.PORT", 9)
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    st.cache_resource.clear()
    st.cache_data.clear()
    opened = session.workbench()
    yield opened
    st.cache_resource.clear()


@pytest.fixture
def as_role(monkeypatch: pytest.MonkeyPatch) -> AsRole:
    """Who sits at the screen from now on."""

    def become(role: Role, name: str = "ana") -> None:
        monkeypatch.setattr(session, "person", lambda: Person(name, role))

    return become


@pytest.fixture
def chat_page(workbench: Workbench) -> Callable[[], AppTest]:
    def script() -> None:
        from workbench.views.simulator import page

        page.show()

    return lambda: AppTest.from_function(script, default_timeout=SECONDS)
