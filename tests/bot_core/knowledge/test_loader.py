"""A faulty knowledge file says where: file, entry, field."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot_core.errors import KnowledgeError
from bot_core.knowledge.entry import Certainty
from bot_core.knowledge.loader import LONGEST_TEXT
from bot_core.knowledge.service import KnowledgeService

ENTRY: dict[str, Any] = {
    "entry_id": "trial",
    "tags": ["trial"],
    "certainty": "core",
    "text_es": "Tienes 7 días.",
    "text_en": "You have 7 days.",
    "questions": ["cuántos días de prueba"],
}
BRANCH: dict[str, Any] = {
    "branch_id": "b",
    "name": "Midtown",
    "city": "Guadalajara",
    "state": "Jalisco",
    "address": "A 1",
}


def file(**changes: Any) -> str:
    sections = {"as_of": date(2026, 11, 1), "entries": [ENTRY], "branches": [BRANCH], **changes}
    return yaml.safe_dump({name: value for name, value in sections.items() if value is not None}, allow_unicode=True)


def entry(**changes: Any) -> list[dict[str, Any]]:
    return [{name: value for name, value in {**ENTRY, **changes}.items() if value is not None}]


def load(text: str) -> KnowledgeService:
    return KnowledgeService.from_text(text, source="k.yaml")


def test_a_good_file() -> None:
    service = load(file(aliases={"Guadalajara": ["gdl"]}, everywhere=["México"]))
    [only] = service.entries
    assert (only.certainty, only.as_of) == (Certainty.CORE, date(2026, 11, 1))
    assert service.branches_in("gdl") == service.branches == service.branches_in("México")
    assert [hit.entry for hit in service.search("días de prueba")] == [only]


def test_an_entry_may_have_its_own_date() -> None:
    assert load(file(entries=entry(as_of="2024-03-01"))).entries[0].as_of == date(2024, 3, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("entries: [", "k.yaml: not YAML"),
        ("", "must hold the sections"),
        ("- 1", "must hold the sections"),
        (file(faq=[]), "unknown section 'faq'"),
        (file(entries=None), "section entries must be a list"),
        (file(entries=[]), "section entries must be a list"),
        (file(branches=None), "section branches must be a list"),
        (file(entries=["x"]), "entries 1 must be a mapping"),
        (file(entries=entry(text_en=None)), "entries 1 ('trial'), field text_en: Field required"),
        (file(entries=entry(entry_id=None)), "entries 1, field entry_id: Field required"),
        (file(entries=entry(texto="x")), "entries 1 ('trial'), field texto: Extra inputs"),
        (file(entries=entry(certainty="sure")), "entries 1 ('trial'), field certainty:"),
        (file(entries=entry(as_of="soon")), "entries 1 ('trial'), field as_of:"),
        (file(as_of=None), "entries 1 ('trial'), field as_of: Field required"),
        (file(entries=entry(text_es="  ")), "entry 'trial', field text_es: is blank"),
        (file(entries=entry(text_es="a" * (LONGEST_TEXT + 1))), "entry 'trial', field text_es: 501 characters"),
        (file(entries=entry(questions=[])), "entry 'trial', field questions:"),
        (file(entries=[*entry(), *entry()]), "entry_id 'trial' stands 2 times"),
        (file(branches=[BRANCH, BRANCH]), "branch_id 'b' stands 2 times"),
        (file(branches=[{**BRANCH, "city": None}]), "branches 1 ('b'), field city:"),
        (file(aliases=["gdl"]), "section aliases must be a mapping"),
        (file(aliases={"Mérida": ["mid"]}), "aliases, 'Mérida': no city, state or branch"),
        (file(aliases={"Jalisco": "jal"}), "aliases, 'Jalisco' must be a list of names"),
        (file(everywhere="all"), "'everywhere' must be a list of names"),
    ],
)  # fmt: skip
def test_a_fault_is_named(text: str, message: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        load(text)
    assert str(caught.value).startswith("k.yaml: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"none\.yaml: no such file"):
        KnowledgeService.from_file(tmp_path / "none.yaml")
    with pytest.raises(KnowledgeError, match="cannot be read"):
        KnowledgeService.from_file(tmp_path)
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("entries: [ñ]".encode("latin-1"))
    with pytest.raises(KnowledgeError, match="cannot be read"):
        KnowledgeService.from_file(latin)


def test_a_knowledge_base_without_branches_or_aliases() -> None:
    service = KnowledgeService(load(file()).entries)
    assert service.branches_in(None) == service.branches_in("Puebla") == ()
    assert service.find_branch("Puebla") is None
    assert service.cities == ()
