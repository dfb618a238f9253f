from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from types import ModuleType

import pytest
import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

from bot_core.errors import StoreError
from bot_core.settings import PROJECT_ROOT
from workbench import session
from workbench.roles import Role
from workbench.runner.workbench import Workbench
from workbench.texts.texts import SPANISH, section
from workbench.views import shell

SECONDS = 60.0


@pytest.fixture
def app(workbench: Workbench, monkeypatch: pytest.MonkeyPatch) -> Callable[[], AppTest]:
    monkeypatch.setattr(shell, "warm", lambda: None)
    return lambda: AppTest.from_file(str(PROJECT_ROOT / "workbench" / "app.py"), default_timeout=SECONDS)


def test_every_page_of_the_table_has_a_title_and_a_group():
    assert {page.name for page in shell.PAGES} <= section("app_pages").keys()
    assert {page.group for page in shell.PAGES} <= section("app_groups").keys()
    assert len({page.path for page in shell.PAGES}) == len(shell.PAGES)


def test_the_first_page_is_the_simulator_and_names_who_is_here(app: Callable[[], AppTest], workbench: Workbench):
    workbench.names.keep("Ana *María*")
    page = app().run()
    assert not page.exception
    assert page.info[0].value.startswith("Todavía no hay respuestas")
    assert "Ana *María*" in [field.value for field in page.text_input]


def test_every_run_of_the_page_leaves_the_browser_a_reason_to_ask_again_when_the_server_is_back(
    app: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch
):
    """Without it the browser asks for nothing, and a new server takes nothing from fragments that it does not know."""
    told: list[ForwardMsg] = []
    known = LocalScriptRunner.forward_msgs

    def forward_msgs(runner: LocalScriptRunner) -> list[ForwardMsg]:
        told[:] = known(runner)
        return told

    monkeypatch.setattr(LocalScriptRunner, "forward_msgs", forward_msgs)
    page = app()
    for _ in range(2):
        page.run()
        again = [message.auto_rerun.interval for message in told if message.WhichOneof("type") == "auto_rerun"]
        assert len(again) == 1  # the simulator itself has no part that runs by itself
        assert 3600 <= again[0] < 2**31 / 1000  # seldom, and no more milliseconds than a browser's timer can count


def test_the_language_of_the_address_is_that_of_the_page(app: Callable[[], AppTest]):
    page = app()
    page.query_params["idioma"] = "en"
    page.run()
    assert not page.exception
    assert page.info[0].value.startswith("No replies yet")
    assert session.language() == SPANISH  # outside of a tab


def test_without_the_proxy_s_header_nothing_is_shown(app: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAVAK_WORKBENCH_USER_HEADER", "X-Forwarded-Email")
    st.cache_resource.clear()
    page = app().run()
    assert not page.exception
    assert "No se recibió tu identidad" in page.error[0].value
    assert not page.sidebar.button


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (StoreError("disk full"), "No se pudo guardar"),
        (RuntimeError("secreto"), "Algo salió mal"),
        (ImportError("x"), "Esta página no se pudo cargar"),
    ],
)
def test_a_page_that_fails_is_one_line(
    fault: Exception, said: str, app: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch
):
    def show() -> None:
        raise fault

    broken = ModuleType("broken")
    broken.show = show  # type: ignore[attr-defined]
    broken.__spec__ = importlib.util.find_spec("workbench.views.simulator.page")
    monkeypatch.setitem(sys.modules, "workbench.views.simulator.page", broken)
    page = app().run()
    assert not page.exception
    assert said in page.error[0].value
    assert "secreto" not in page.error[0].value


def test_a_viewer_sees_the_button_and_why_not(workbench: Workbench, monkeypatch: pytest.MonkeyPatch):
    def script() -> None:
        from workbench.roles import Role
        from workbench.views.pieces.permission import guarded_button

        guarded_button("Publicar", Role.PUBLISHER)

    monkeypatch.setattr(session, "may", lambda role: role <= Role.VIEWER)
    page = AppTest.from_function(script, default_timeout=SECONDS).run()
    assert page.button[0].disabled
    assert "publicación" in str(page.button[0].help)
