from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.fakes.found import plans, stored
from workbench.records import MOST_VARIANTS
from workbench.runner.workbench import Workbench
from workbench.views.experiments.charts import COLOURS, SYMBOLS, row_height


def script() -> None:
    from workbench.views.experiments import page

    page.show()


def test_no_two_variants_look_the_same():
    looks = {(COLOURS[n % len(COLOURS)], SYMBOLS[n % len(SYMBOLS)]) for n in range(MOST_VARIANTS)}
    assert len(looks) == MOST_VARIANTS


def test_rows_grow_with_their_variants():
    assert row_height(20) == row_height(20, 4) < row_height(20, 12)


@pytest.mark.parametrize("view", ["verdict", "rates", "spending"])
def test_a_dozen_variants_are_drawn_and_any_of_them_is_compared(workbench: Workbench, view: str):
    stored(workbench.experiments.files, "dozen", *(plans(range(n), "5000") for n in range(12)))
    run = AppTest.from_function(script, default_timeout=30.0)
    run.query_params.update({"experimento": "dozen", "vista": view, "contra": "variante 12"})
    run.run()
    assert not run.exception
    assert "«variante 12» es" in "".join(str(one.value).replace("\\", "") for one in (*run.markdown, *run.success))
