"""What a model could say wrongly, in many words (invented.yaml), and honest answers that must not be lost to a false
alarm (honest.yaml)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot_core.facts.facts import Facts
from bot_core.knowledge.entry import KnowledgeEntry
from bot_core.messages import Language
from tests.fakes import guarded
from tests.fakes.guarded import rules_found

_FOLDER = Path(__file__).parent


def table(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load((_FOLDER / name).read_text(encoding="utf-8"))
    return rows


def found(row: dict[str, Any]) -> set[str]:
    facts: Facts = getattr(guarded, row["facts"])
    return rules_found(row["say"], facts, language=Language(row.get("language", "es")))


@pytest.mark.parametrize("row", table("invented.yaml"), ids=lambda row: row["say"])
def test_what_a_model_makes_up_is_found(row: dict[str, Any]) -> None:
    assert row["rule"] in found(row)


@pytest.mark.parametrize("row", table("honest.yaml"), ids=lambda row: row["say"])
def test_an_honest_answer_is_not_lost(row: dict[str, Any]) -> None:
    assert found(row) == set()


def test_both_tables_are_wide_enough() -> None:
    assert len(table("invented.yaml")) >= 60
    assert len(table("honest.yaml")) >= 60


@pytest.mark.parametrize("entry", guarded.knowledge().entries, ids=lambda entry: entry.entry_id)
def test_parts_of_the_knowledge_may_be_said_in_slightly_other_words(entry: KnowledgeEntry) -> None:
    """Not word for word, so that no text is excused as a quotation."""
    for language, opening in ((Language.SPANISH, "Claro: "), (Language.ENGLISH, "Sure: ")):
        text = entry.text(language)
        for part in [text, *re.split(r"(?<=[.!?;:])\s+", text)]:
            said = f"{opening}{part[:1].lower()}{part[1:-1]} 🙂".replace("Kavak", "nosotros")
            facts = guarded.info(entry.entry_id)
            assert rules_found(said, facts, language=language) - {"language"} == set(), said
