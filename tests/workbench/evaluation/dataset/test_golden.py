"""The cases that ship: enough of every kind, and no expectation about something that does not exist."""

from __future__ import annotations

import pytest

from bot_core.intents import Intent
from bot_core.knowledge.service import KnowledgeService
from bot_core.settings import PROJECT_ROOT
from workbench.evaluation.dataset.coverage import coverage
from workbench.evaluation.dataset.expectations import CarFilter
from workbench.evaluation.dataset.loading import Dataset, load_dataset


@pytest.fixture(scope="module")
def golden() -> Dataset:
    return load_dataset()


@pytest.fixture(scope="module")
def knowledge() -> KnowledgeService:
    return KnowledgeService.from_file(PROJECT_ROOT / "datasets" / "knowledge" / "kavak.yaml")


def test_there_are_enough_cases_of_every_kind(golden):
    assert [row for row in coverage(golden) if not row.reached] == []


def test_conversations_are_among_them(golden):
    lengths = [len(case.turns) for case in golden.cases]
    assert sum(length > 1 for length in lengths) >= 60
    assert max(lengths) >= 6


def test_expected_facts_exist(golden, knowledge):
    known = {entry.entry_id for entry in knowledge.entries}
    expected = {entry_id: case.id for case in golden.cases for turn in case.turns for entry_id in turn.expect.info}
    assert {entry_id: case for entry_id, case in expected.items() if entry_id not in known} == {}


def test_expected_branches_exist(golden, knowledge):
    known = {branch.branch_id for branch in knowledge.branches}
    expected: dict[str, str] = {}
    for case in golden.cases:
        for turn in case.turns:
            expected |= {b: case.id for b in turn.expect.branches if turn.expect.branches != "none"}
            if turn.expect.lead and turn.expect.lead.branch:
                expected[turn.expect.lead.branch] = case.id
    assert {branch: case for branch, case in expected.items() if branch not in known} == {}


def test_nothing_is_typed_that_the_catalogue_says(golden):
    """Prices of the catalogue end in 999: no expectation may hold one as a customer's round figure."""
    for case in golden.cases:
        for turn in case.turns:
            wishes = turn.expect.cars if isinstance(turn.expect.cars, CarFilter) else turn.expect.slots
            assert wishes is None or wishes.price_max is None or wishes.price_max % 1000 != 999, case.id


def test_every_case_expects_something(golden):
    silent = [case.id for case in golden.cases if not any(turn.expect.model_fields_set for turn in case.turns)]
    assert silent == []


def test_why_is_written_for_product_people_in_spanish(golden):
    english = {"the", "of", "is", "and", "with", "an", "by", "not", "to", "for"}
    said = {case.id: set(case.why.lower().split()) for case in golden.cases}
    assert {case: words & english for case, words in said.items() if words & english} == {}


@pytest.mark.parametrize("intent", list(Intent))
def test_smoke_and_recorded_hold_every_intent(golden, intent):
    for split in ("smoke", "recorded"):
        cases = golden.split(split)
        assert any(intent in (turn.expect.intents or ()) for case in cases for turn in case.turns), split
