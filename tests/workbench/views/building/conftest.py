from __future__ import annotations

import pytest

from tests.fakes.pages import Page, page_of
from workbench.runner.workbench import Workbench


@pytest.fixture
def prompts_page(workbench: Workbench) -> Page:
    def script() -> None:
        from workbench.views.prompts import page

        page.show()

    return page_of(script)


@pytest.fixture
def models_page(workbench: Workbench) -> Page:
    def script() -> None:
        from workbench.views.models import page

        page.show()

    return page_of(script)


@pytest.fixture
def releases_page(workbench: Workbench) -> Page:
    def script() -> None:
        from workbench.views.releases import page

        page.show()

    return page_of(script)
