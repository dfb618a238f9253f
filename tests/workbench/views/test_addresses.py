"""What a tab remembers by the names of its address: one memory for all pages, so each page has names of its own."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.fakes.pages import page_of
from workbench import session
from workbench.views.shell import PAGES


def _shown() -> None:
    import importlib

    import streamlit as st

    importlib.import_module(st.session_state["module"]).show()


@pytest.mark.usefixtures("workbench")
def test_no_two_pages_remember_by_the_same_name(monkeypatch: pytest.MonkeyPatch):
    remembered: dict[str, set[str]] = {}
    for entry in PAGES:
        names = remembered[entry.name] = set()
        monkeypatch.setattr(session, "keep_places", lambda *kept, names=names: names.update(kept))
        page_of(_shown, module=f"workbench.views.{entry.name}.page")()
        assert names, f"the page {entry.name} remembers nothing: is it asked rightly?"
    count = Counter(name for names in remembered.values() for name in names)
    assert [name for name, pages in count.items() if pages > 1] == []
