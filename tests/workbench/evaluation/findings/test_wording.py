"""What findings say, in both languages."""

from __future__ import annotations

from string import Formatter
from typing import Any

import pytest
import yaml

from tests.fakes.found import plans
from workbench.evaluation import findings as package
from workbench.evaluation.findings.labels import TABLE, label, reason_group
from workbench.evaluation.findings.wording import headline_of, proven_of, reason_of, sentence_of
from workbench.texts.texts import ENGLISH, LANGUAGES, speaking


@pytest.fixture(scope="module")
def found() -> Any:
    """Twenty cases in A and B: B gets ten more plans right, and one intent wrong."""
    return package.findings((plans(range(12), "5000"), plans(range(2), "6000", intents=[19])), ["A", "B"])


def test_in_spanish_they_say_what_the_findings_hold(found: Any):
    [comparison] = found.comparisons
    assert headline_of(comparison) == comparison.headline
    assert proven_of(comparison) == comparison.proven
    assert [sentence_of(row, comparison) for row in comparison.metrics] == [row.sentence for row in comparison.metrics]
    for variant in found.variants:
        assert [reason_of(group) for group in variant.failures] == [group.reason for group in variant.failures]


def test_in_english_they_say_the_same(found: Any):
    [comparison] = found.comparisons
    with speaking(ENGLISH):
        assert headline_of(comparison).startswith("“B” is better than “A” in correct conversations: +45.0 points")
        assert proven_of(comparison)
        reasons = {reason_of(group) for variant in found.variants for group in variant.failures}
        assert label("decisions", "better") == "better"
    assert "wrong monthly payment" in reasons


def test_a_reason_names_its_parts_in_the_language_that_is_read():
    reason = "turn 2: km_max: expected 60000, got nothing"
    assert reason_group(reason) == "no entendió: kilometraje máximo"
    with speaking(ENGLISH):
        assert reason_group(reason) == "did not understand: most kilometres"


def test_every_entry_has_both_languages_with_the_same_placeholders():
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    reasons = {row["pattern"]: {one: row[one] for one in LANGUAGES} for row in table.pop("reasons")}
    for group, names in (table | {"reasons": reasons}).items():
        for name, said in names.items():
            assert said.keys() == LANGUAGES.keys(), f"{group}: {name}"
            assert len({frozenset(placeholders(text)) for text in said.values()}) == 1, f"{group}: {name}"


def placeholders(template: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(template) if field is not None}
