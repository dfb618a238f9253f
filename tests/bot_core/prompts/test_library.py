from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from bot_core.errors import PromptError
from bot_core.intents import BodyType, Feature, Intent, IntentDetail, ReferenceKind, SortOrder, UserIntentionResponse
from bot_core.messages import Language
from bot_core.offline.language import language_of
from bot_core.prompts.library import TEMPLATES, FilePromptLibrary
from bot_core.prompts.template import PromptTemplate
from bot_core.releases.files import FileReleaseSource
from bot_core.releases.release import AgentName

SHIPPED = FilePromptLibrary().list()
CHARS_PER_TOKEN = 3.4
"""intention/v001 in the own tokens of the local model: 887, 3.41 characters each."""
COMPARED = [AgentName.INTENTION, AgentName.CAR_RECOMMENDATION, AgentName.FINANCING]


def _intentions() -> list[PromptTemplate]:
    return [template for template in SHIPPED if template.agent == "intention"]


def _replies() -> list[PromptTemplate]:
    return [template for template in SHIPPED if template.agent != "intention"]


def _example_answers(template: PromptTemplate) -> list[str]:
    return [line for line in template.sections.format.split("\n") if line.startswith("{") and "…" not in line]


def _in_schema_order(names: Iterable[str]) -> list[str]:
    """A grammar made from the schema fixes the order of fields: an example in another order teaches what a local
    server cannot generate."""
    return [name for name in IntentDetail.model_fields if name in set(names)]


def test_why_a_version_exists_is_told_in_spanish():
    """Product people read it on the page of prompts; it is part of no hash and of no request."""
    told = {one.prompt_id: one.notes for one in SHIPPED} | {
        one.release_id: one.description for one in FileReleaseSource().list()
    }
    assert [name for name, notes in told.items() if language_of(notes, Language.ENGLISH) is not Language.SPANISH] == []


def test_every_agent_has_a_first_version():
    library = FilePromptLibrary()
    assert {library.get(f"{agent.value}/v001").agent for agent in AgentName} == {agent.value for agent in AgentName}


@pytest.mark.parametrize("agent", COMPARED)
def test_the_second_version_is_a_shorter_text_with_examples(agent: AgentName):
    library = FilePromptLibrary()
    first, second = library.get(f"{agent.value}/v001"), library.get(f"{agent.value}/v002")
    assert len(second.system_text) < len(first.system_text)
    assert len(_example_answers(second)) >= 2
    assert second.content_hash != first.content_hash


@pytest.mark.parametrize("template", SHIPPED, ids=lambda template: template.prompt_id)
def test_prompts_are_compact(template: PromptTemplate):
    limit = 900 if template.agent == "intention" else 500
    assert len(template.system_text) / CHARS_PER_TOKEN <= limit


@pytest.mark.parametrize("template", SHIPPED, ids=lambda template: template.prompt_id)
def test_every_version_warns_that_customer_text_is_data(template: PromptTemplate):
    assert "mensaje_cliente" in template.sections.warnings
    assert "dato" in template.sections.warnings
    assert "language" in template.variables


@pytest.mark.parametrize("template", _intentions(), ids=lambda template: template.prompt_id)
def test_intention_prompts_name_every_value_of_the_closed_sets(template: PromptTemplate):
    values = [
        *Intent,
        *BodyType,
        *Feature,
        *ReferenceKind,
        *(order for order in SortOrder if order is not SortOrder.BEST),
    ]
    assert [value for value in values if value.value not in template.sections.format] == []


@pytest.mark.parametrize("template", _intentions(), ids=lambda template: template.prompt_id)
def test_intention_prompts_name_every_slot(template: PromptTemplate):
    said_elsewhere = {"intent", "confidence"}
    slots = IntentDetail.model_fields.keys() - said_elsewhere
    assert [slot for slot in sorted(slots) if slot not in template.sections.format] == []


@pytest.mark.parametrize("template", _intentions(), ids=lambda template: template.prompt_id)
def test_intention_examples_are_valid_answers_with_known_fields(template: PromptTemplate):
    answers = _example_answers(template)
    assert len(answers) >= 2
    for answer in answers:
        parsed = UserIntentionResponse.model_validate_json(answer)
        written = json.loads(answer)
        assert parsed.model_fields_set == written.keys()
        assert all(list(detail) == _in_schema_order(detail) for detail in written["intents"])
        assert [detail.model_fields_set for detail in parsed.intents] == [set(detail) for detail in written["intents"]]


@pytest.mark.parametrize("template", _replies(), ids=lambda template: template.prompt_id)
def test_reply_prompts_ask_for_text_from_the_facts(template: PromptTemplate):
    assert '{"text":' in template.sections.format
    assert "caracteres como máximo" in template.sections.format
    assert "{{ facts }}" in template.sections.context
    assert any(
        word in template.sections.warnings
        for word in ("Solo los hechos", "Solo lo que está en los hechos", "No inventes")
    )


@pytest.mark.parametrize("version", ["v001", "v002"])
def test_financing_prompts_label_the_simulation(version: str):
    assert "*Simulación, sujeta a aprobación*" in FilePromptLibrary().get(f"financing/{version}").sections.format


def test_releases_that_ship_name_prompts_of_the_right_agent():
    library = FilePromptLibrary()
    for release in FileReleaseSource().list():
        assert {name: library.get(d.prompt).agent for name, d in release.agents.items()} == {
            n: n.value for n in AgentName
        }


def test_a_version_is_read_once_and_listed_by_agent():
    library = FilePromptLibrary()
    assert library.get("financing/v001") is library.get("financing/v001")
    assert [template.prompt_id for template in library.list("financing")] == ["financing/v001", "financing/v002"]
    assert [t.prompt_id for t in library.list()] == sorted(t.prompt_id for t in library.list())


@pytest.mark.parametrize(
    ("prompt_id", "known"),
    [("financing/v999", r"no prompt 'financing/v999' \(known: financing/v001, financing/v002\)"),
     ("ventas/v001", "known: car_recommendation/v001"),
     ("../library", "no prompt"),
     ("financing/../sales/v001", "no prompt")],
)  # fmt: skip
def test_an_unknown_id_lists_the_known_ones(prompt_id: str, known: str):
    with pytest.raises(PromptError, match=known):
        FilePromptLibrary().get(prompt_id)


def test_a_file_in_the_wrong_place_is_refused(tmp_path: Path):
    (tmp_path / "sales").mkdir()
    text = (TEMPLATES / "greeting" / "v001.md").read_text(encoding="utf-8")
    (tmp_path / "sales" / "v001.md").write_text(text, encoding="utf-8")
    with pytest.raises(PromptError, match=r"sales/v001\.md: id 'greeting/v001' does not fit"):
        FilePromptLibrary(tmp_path).get("sales/v001")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path):
    (tmp_path / "sales").mkdir()
    (tmp_path / "sales" / "v001.md").write_bytes("---\nid: señal".encode("latin-1"))
    with pytest.raises(PromptError, match=r"v001\.md: not UTF-8"):
        FilePromptLibrary(tmp_path).list()
