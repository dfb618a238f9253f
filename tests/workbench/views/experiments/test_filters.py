from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.fakes.found import Make, stored
from tests.fakes.pages import Page, page_of
from workbench.records import Verdict
from workbench.runner.workbench import Workbench


@pytest.fixture
def show(workbench: Workbench) -> Page:
    def script() -> None:
        from workbench.views.experiments import page

        page.show()

    return page_of(script)


def listed(page: AppTest) -> list[str]:
    box = next(box for box in page.selectbox if str(box.key).startswith("experiment-case-"))
    return [option.split()[-1] for option in box.options]


def test_conversations_of_one_variant_are_chosen_by_their_verdict(show: Page, workbench: Workbench):
    results = [
        Make.played("good-1", intent=Verdict.PASS),
        Make.played("bad-1", intent=("turn 1: expected sales; understood greeting",)),
        Make.played("good-2", intent=Verdict.PASS),
        Make.played("broken-1", error="no answer", intent=Verdict.UNSCORED),
    ]
    stored(workbench.experiments.files, "e1", results)
    page = show(experimento="e1", vista="conversations")
    kinds = page.button_group(key="experiment-filter-verdict")
    assert [option.replace("\\", "") for option in kinds.options] == [
        "Mal · 1",
        "Bien · 2",
        "Sin veredicto · 1",
        "Todas · 4",
    ]
    assert listed(page) == ["bad-1"], "what is wrong is read first"
    assert listed(kinds.set_value("right").run()) == ["good-1", "good-2"]
    assert listed(page.button_group(key="experiment-filter-verdict").set_value("undecided").run()) == ["broken-1"]
    assert len(listed(page.button_group(key="experiment-filter-verdict").set_value("all").run())) == 4
