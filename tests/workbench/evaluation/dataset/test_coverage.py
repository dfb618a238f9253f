from __future__ import annotations

from workbench.evaluation.dataset.case import Case
from workbench.evaluation.dataset.coverage import CoverageRow, coverage
from workbench.evaluation.dataset.loading import Dataset
from workbench.evaluation.dataset.tags import load_tags


def case(name: str, **changes: object) -> Case:
    return Case.model_validate({"id": f"case-{name}", "why": "for the coverage table", "say": "hola"} | changes)


def rows(*cases: Case) -> dict[str, CoverageRow]:
    return {row.name: row for row in coverage(Dataset(cases, load_tags()))}


def test_intents_are_counted_once_for_each_case():
    talk = case("a", say="hola, un jetta", expect={"intents": ["greeting", "car_recommendation"]})
    table = rows(talk, case("b", expect={"intents": ["greeting"]}))
    assert table["intent greeting"].count == 2
    assert table["intent car_recommendation"].count == 1
    assert table["several intents in a message"].count == 1


def test_tags_of_a_group_count_once_and_attacks_by_kind():
    table = rows(case("a", tags=["typo", "slang"]), case("b", tags=["safety", "injection", "encoded"]))
    assert table["typos slang voice"].count == 1
    assert table["safety"].count == 1
    assert (table["attack injection"].count, table["attack encoded"].count) == (1, 1)


def test_a_row_is_reached_between_its_bounds():
    assert CoverageRow("smoke", 30, 30, 30).reached
    assert not CoverageRow("smoke", 31, 30, 30).reached
    assert not CoverageRow("safety", 99, 100).reached
