"""A page of the workbench as Streamlit's AppTest runs it: no browser, no server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from streamlit.testing.v1 import AppTest

from workbench.roles import Role

SECONDS = 30.0


class Page(Protocol):
    def __call__(self, **places: str) -> AppTest: ...


class AsRole(Protocol):
    def __call__(self, role: Role, name: str = "ana") -> None: ...


def page_of(script: Callable[[], None], **state: str | bool) -> Page:
    """Opens what `script` shows, as an address with these `places` would; it must need nothing from around it, since
    AppTest takes its text. `state` is the session's before the first run."""

    def opened(**places: str) -> AppTest:
        page = AppTest.from_function(script, default_timeout=SECONDS)
        for name, value in state.items():
            page.session_state[name] = value
        for name, value in places.items():
            page.query_params[name] = value
        page.run()
        assert not page.exception
        return page

    return opened
