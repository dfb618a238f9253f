"""docs/evaluation.md shows the simulation study: its tables must be those of the committed cells."""

from __future__ import annotations

import pytest

from benchmarks.statistics_tables import (
    BEGIN,
    CELLS,
    DOC,
    END,
    SCENARIOS,
    SIZES,
    TRIALS,
    TURNS,
    Cell,
    cell_tables,
    misses,
    read_cells,
)


@pytest.fixture(scope="module")
def cells() -> list[Cell]:
    return read_cells(CELLS)


def test_every_cell_is_there_once(cells: list[Cell]):
    names = {(cell.n, cell.trials, cell.turns, cell.scenario) for cell in cells}
    assert len(cells) == len(names) == len(SIZES) * len(TRIALS) * len(TURNS) * len(SCENARIOS)


def test_the_page_shows_what_the_cells_say(cells: list[Cell]):
    page = DOC.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    assert page.strip(), "the page has no study"
    assert "\n".join(cell_tables(cells)) in page
    assert "\n".join(misses(cells)) in page
