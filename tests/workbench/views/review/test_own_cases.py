from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.fakes.hostile import HOSTILE
from tests.fakes.pages import AsRole, Page, page_of
from workbench import session
from workbench.evaluation.dataset.case import Case
from workbench.roles import Role
from workbench.runner.workbench import Workbench

TURNS = "- say: hola\n  expect:\n    intents: [greeting]\n"


@pytest.fixture
def show(workbench: Workbench) -> Page:
    def script() -> None:
        from workbench.views.review import page

        page.show()

    return page_of(script, **{"review-own": True})


def save(workbench: Workbench, why: str = "saluda y nada más", *tags: str) -> Case:
    return workbench.cases.save(why=why, turns_yaml=TURNS, tags=tags)


def words(page: AppTest) -> str:
    elements = (*page.markdown, *page.caption, *page.code)
    return "\n".join(str(element.value) for element in elements).replace("\\", "")


def test_without_own_cases_it_says_where_they_come_from(show: Page):
    assert "Todavía no hay casos propios" in words(show())


def test_a_case_is_listed_opened_and_removed(show: Page, workbench: Workbench, as_role: AsRole):
    as_role(Role.EDITOR)
    case, other = save(workbench, "saluda y nada más", "typo"), save(workbench, "otro que se queda")
    assert {one.id for one in session.dataset().own} == {case.id, other.id}
    page = show()
    line = page.button(key=f"review-own-{case.id}")
    assert "saluda y nada más" in line.label
    assert "errores de dedo" in line.label
    assert "intents: [greeting]" not in words(page)
    page = line.click().run()
    assert "- greeting" in words(page)
    page = page.button(key=f"review-own-remove-{case.id}").click().run()
    assert not page.exception
    assert workbench.cases.ids() == (other.id,)
    assert [one.id for one in session.dataset().own] == [other.id], "experiments do not offer it any more"
    assert "saluda y nada más" not in "".join(button.label for button in page.button)


def test_a_viewer_reads_and_cannot_remove(show: Page, workbench: Workbench, as_role: AsRole):
    case = save(workbench)
    as_role(Role.VIEWER)
    page = show().button(key=f"review-own-{case.id}").click().run()
    assert "- greeting" in words(page)
    assert page.button(key=f"review-own-remove-{case.id}").disabled


def test_the_role_is_asked_again_where_it_happens(show: Page, workbench: Workbench, as_role: AsRole):
    as_role(Role.EDITOR)
    case = save(workbench)
    page = show().button(key=f"review-own-{case.id}").click().run()
    as_role(Role.VIEWER)
    page.button(key=f"review-own-remove-{case.id}").click().run()
    assert workbench.cases.ids() == (case.id,)


def test_a_case_that_somebody_else_removed_is_no_error(show: Page, workbench: Workbench, as_role: AsRole):
    as_role(Role.EDITOR)
    case = save(workbench)
    page = show().button(key=f"review-own-{case.id}").click().run()
    workbench.cases.remove(case.id)
    page = page.button(key=f"review-own-remove-{case.id}").click().run()
    assert not page.exception
    assert "Todavía no hay casos propios" in words(page)


def test_a_file_that_nobody_can_read_is_listed_and_removed(show: Page, workbench: Workbench, as_role: AsRole):
    as_role(Role.EDITOR)
    workbench.cases.folder.mkdir()
    (workbench.cases.folder / "propio-roto-0001.yaml").write_text(f"- id: [{HOSTILE}", encoding="utf-8")
    page = show()
    line = page.button(key="review-own-propio-roto-0001")
    assert "ya no se puede leer" in line.label
    page = line.click().run()
    page = page.button(key="review-own-remove-propio-roto-0001").click().run()
    assert not page.exception
    assert workbench.cases.ids() == ()
