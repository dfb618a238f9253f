from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from workbench import session
from workbench.roles import Person, Role
from workbench.runner.workbench import Workbench

SECONDS = 30.0

Page = Callable[..., AppTest]


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
def as_role(monkeypatch: pytest.MonkeyPatch) -> Callable[[Role], None]:
    """Who sits at the screen from now on."""

    def become(role: Role, name: str = "ana") -> None:
        monkeypatch.setattr(session, "person", lambda: Person(name, role))

    return become


def _page(script: Callable[[], None]) -> Page:
    def opened(**places: str) -> AppTest:
        page = AppTest.from_function(script, default_timeout=SECONDS)
        for name, value in places.items():
            page.query_params[name] = value
        return page.run()

    return opened


@pytest.fixture
def prompts_page(workbench: Workbench) -> Page:
    def script() -> None:
        from workbench.views.prompts import page

        page.show()

    return _page(script)


@pytest.fixture
def models_page(workbench: Workbench) -> Page:
    def script() -> None:
        from workbench.views.models import page

        page.show()

    return _page(script)


@pytest.fixture
def releases_page(workbench: Workbench) -> Page:
    def script() -> None:
        from workbench.views.releases import page

        page.show()

    return _page(script)
