from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bot_core.errors import DatasetError
from bot_core.intents import Intent, ReferenceKind
from bot_core.messages import Language, MessageKind
from workbench.evaluation.dataset.loading import Dataset, load_dataset
from workbench.evaluation.dataset.tags import load_tags

FIVE_LINES = """
- id: numbers-versa
  why: Un presupuesto en «mil» y la marca mal escrita.
  say: busco un nisan vversa de menos de 250 mil
  expect: {intents: [car_recommendation], slots: {make: Nissan, price_max: 250000, km_max: null}, cars: fit}
  tags: [typo, numbers]
"""


def load(tmp_path: Path, text: str, name: str = "numbers.yaml") -> Dataset:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return load_dataset(tmp_path)


def refused(tmp_path: Path, text: str) -> str:
    with pytest.raises(DatasetError) as caught:
        load(tmp_path, text)
    return str(caught.value)


def test_a_case_of_five_lines(tmp_path):
    [case] = load(tmp_path, FIVE_LINES).cases
    [turn] = case.turns
    assert turn.say[0].text == "busco un nisan vversa de menos de 250 mil"
    assert turn.expect.intents == (Intent.CAR_RECOMMENDATION,)
    assert turn.expect.slots is not None
    assert turn.expect.slots.given() == {"make": "Nissan", "price_max": Decimal(250000), "km_max": None}


def test_what_a_customer_sends(tmp_path):
    text = """
- id: media-all
  why: Todas las formas que puede tener un mensaje.
  turns:
    - say: [hola, {text: "", kind: audio}]
    - say: {button_payload: financing, text: Mensualidades}
    - say: {text: hola, profile_name: Ana}
      expect: {language: en}
    - say: ""
"""
    turns = load(tmp_path, text).cases[0].turns
    assert [message.kind for message in turns[0].say] == [MessageKind.TEXT, MessageKind.AUDIO]
    assert turns[1].say[0].kind is MessageKind.BUTTON
    assert turns[2].say[0].profile_name == "Ana"
    assert turns[3].say[0].text == ""


def test_language_carries_on_to_the_next_turns(tmp_path):
    text = """
- id: english-carries
  why: El cliente sigue en inglés.
  turns:
    - say: hola
    - say: do you speak English?
      expect: {language: en}
    - say: great
"""
    [case] = load(tmp_path, text).cases
    assert [case.language_at(turn) for turn in range(3)] == [Language.SPANISH, Language.ENGLISH, Language.ENGLISH]


def test_short_forms_of_expectations(tmp_path):
    text = """
- id: short-forms
  why: Un valor solo equivale al mapa.
  say: hola hola
  expect: {lead: appointment, monthly: 5000, absent: {make: Ferrari}, plan: none, cars: none, asks: none,
           slots: {reference: ordinal, position: -1}, car: -1, branches: none}
"""
    expect = load(tmp_path, text).cases[0].turns[0].expect
    assert expect.lead is not None and expect.lead.recorded
    assert expect.monthly is not None and expect.monthly.budget == 5000
    assert expect.absent[0].make == "Ferrari"
    assert (expect.plan, expect.cars, expect.asks, expect.car, expect.branches) == ("none", "none", "none", -1, "none")
    assert expect.slots is not None and expect.slots.reference is ReferenceKind.ORDINAL


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (FIVE_LINES.replace("make: Nissan", "maek: Nissan"), "expect.slots.maek"),
        (FIVE_LINES.replace("[car_recommendation]", "[cars]"), "expect.intents.0"),
        (FIVE_LINES.replace("why:", "because:"), "because"),
        (FIVE_LINES.replace("say: busco un nisan vversa de menos de 250 mil", "say: 250"), "say.0"),
        (FIVE_LINES.replace("[typo, numbers]", "[tipo]"), "'tipo' is not in datasets/tags.yaml"),
        (FIVE_LINES.replace("[typo, numbers]", "[safety]"), "a kind of attack is missing"),
        (FIVE_LINES.replace("[typo, numbers]", "[injection]"), "'safety' is missing"),
        (FIVE_LINES.replace("  tags: [typo, numbers]", "  turns: [{say: hola}]"), "exclude each other"),
        (FIVE_LINES.replace("cars: fit", "cars: {mke: Kia}"), "expect.cars.mke: "),
        (FIVE_LINES.replace("cars: fit", "plan: {term: 48}"), "either car or price"),
    ],
)
def test_a_fault_names_file_case_and_field(tmp_path, broken, fault):
    message = refused(tmp_path, broken)
    assert "numbers.yaml: case numbers-versa: " in message
    assert fault in message


def test_a_case_without_id_is_named_by_its_place(tmp_path):
    assert "case number 2: id" in refused(tmp_path, FIVE_LINES + "- why: no id at all\n  say: hola\n")


def test_a_fault_of_a_later_turn_says_which(tmp_path):
    text = "- id: two-turns\n  why: two turns here\n  turns: [{say: hola}, {say: hola, expect: {boundary: nowhere}}]\n"
    assert "turns.1.expect.boundary" in refused(tmp_path, text)


def test_broken_yaml_names_the_line(tmp_path):
    assert "numbers.yaml, line 3: " in refused(tmp_path, "- id: a-b\n  why: [\n")


def test_a_key_written_twice_is_refused(tmp_path):
    assert "'why' is written twice" in refused(tmp_path, FIVE_LINES + "  why: again and again\n")


def test_an_id_may_be_used_once_in_all_files(tmp_path):
    load(tmp_path, FIVE_LINES)
    with pytest.raises(DatasetError, match=r"already used in numbers\.yaml"):
        load(tmp_path, FIVE_LINES, "others.yaml")


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="no case file"):
        load_dataset(tmp_path)


def test_splits(tmp_path):
    text = (
        FIVE_LINES
        + "  splits: [smoke]\n"
        + FIVE_LINES.replace("numbers-versa", "attack-one").replace("[typo, numbers]", "[safety, injection]")
    )
    dataset = load(tmp_path, text)
    names = {split: [case.id for case in dataset.split(split)] for split in ("golden", "smoke", "safety")}
    assert names == {"golden": ["numbers-versa", "attack-one"], "smoke": ["numbers-versa"], "safety": ["attack-one"]}
    with pytest.raises(DatasetError, match="holds no case"):
        dataset.split("recorded")
    with pytest.raises(DatasetError, match="known: smoke"):
        dataset.split("everything")


def test_the_digest_changes_with_a_word(tmp_path):
    first = load(tmp_path, FIVE_LINES).digest
    assert load(tmp_path, FIVE_LINES).digest == first
    assert load(tmp_path, FIVE_LINES.replace("menos", "más")).digest != first


def test_tags_and_kinds_of_attack_do_not_overlap():
    table = load_tags()
    assert not set(table.tags) & set(table.attacks)
    assert all(tag in table.names for group in table.coverage.groups for tag in group.tags)
