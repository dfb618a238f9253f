from __future__ import annotations

from pathlib import Path

import pytest

from bot_core.catalog.service import CarDataService
from bot_core.errors import DatasetError
from bot_core.knowledge.service import KnowledgeService
from bot_core.messages import Language, MessageKind
from bot_core.settings import PROJECT_ROOT
from workbench.evaluation.dataset.personas import Outcome, Persona, Tone, load_personas

ROSA = """
id: rosa
who: Rosa, 30 años, quiere visitar una sede el sábado.
goal: {text: "Registrar una visita en Puebla para el sábado.", outcome: appointment_recorded}
opening: [hola, quiero ver autos en persona]
knows: {name: Rosa, city: Puebla, day: el sábado}
patience: 5
whatsapp: {burst: 2}
must_not_say: [mi enganche]
"""


@pytest.fixture(scope="module")
def shipped() -> tuple[Persona, ...]:
    return load_personas()


def load(tmp_path: Path, text: str, name: str = "rosa.yaml") -> tuple[Persona, ...]:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return load_personas(tmp_path)


def refused(tmp_path: Path, text: str, name: str = "rosa.yaml") -> str:
    with pytest.raises(DatasetError) as caught:
        load(tmp_path, text, name)
    return str(caught.value)


def test_a_small_persona_takes_the_defaults(tmp_path: Path) -> None:
    [rosa] = load(tmp_path, ROSA)
    assert rosa.goal.outcome is Outcome.APPOINTMENT_RECORDED
    assert rosa.style.language is Language.SPANISH
    assert rosa.style.tone is Tone.NEUTRAL
    assert rosa.whatsapp.delay_seconds == (5, 60)
    assert rosa.knows.price_max is None


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("patience: 5", "patiens: 5", "rosa.yaml: persona rosa: patience: Field required"),
        ("patience: 5", "patience: 50", "persona rosa: patience: Input should be less than or equal to 12"),
        ("knows: {name: Rosa,", "knows: {nombre: Rosa,", "persona rosa: knows.nombre: Extra inputs are not permitted"),
        ("day: el sábado", "make: Seat", "persona rosa: knows.day: needed for the outcome appointment_recorded"),
        ("city: Puebla, ", "", "persona rosa: knows.branch: needed for the outcome"),
        ("burst: 2", "burst: 1", "persona rosa: opening: 2 messages, but whatsapp.burst is 1"),
        ("burst: 2", "burst: 2, delay_seconds: [9, 3]", "persona rosa: whatsapp: delay_seconds: the shortest"),
        ("burst: 2", "burst: 2, media: [button]", "persona rosa: whatsapp: media: 'button' is no medium"),
        ("[mi enganche]", "[Autos en PERSONA]", "persona rosa: must_not_say: 'Autos en PERSONA' is in what"),
        ("[mi enganche]", "[]", "persona rosa: must_not_say: Tuple should have at least 1 item"),
        ("outcome: appointment_recorded", "outcome: happy", "persona rosa: goal.outcome: Input should be"),
        ("id: rosa", "id: rita", "persona rita: id: the file must be named rita.yaml"),
        ("id: rosa\n", "", "persona without id: id: Field required"),
    ],
)
def test_a_fault_names_file_persona_and_field(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in ROSA
    message = refused(tmp_path, ROSA.replace(old, new))
    assert str(tmp_path / "rosa.yaml") in message
    assert told in message


def test_a_trade_in_needs_a_car_and_a_question_needs_words(tmp_path: Path) -> None:
    assert "knows.own_car" in refused(tmp_path, ROSA.replace("appointment_recorded", "trade_in_recorded"))
    assert "knows.questions" in refused(tmp_path, ROSA.replace("appointment_recorded", "info_given"))


def test_one_persona_a_file(tmp_path: Path) -> None:
    assert "rosa.yaml: one persona is needed" in refused(tmp_path, "- id: rosa")
    assert "is written twice" in refused(tmp_path, ROSA + "patience: 6\n")


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no persona file"):
        load_personas(tmp_path)


def test_the_shipped_personas_differ_in_all_that_matters(shipped: tuple[Persona, ...]) -> None:
    assert len(shipped) >= 14
    assert {persona.goal.outcome for persona in shipped} == set(Outcome)
    assert {persona.style.tone for persona in shipped} == set(Tone)
    assert {persona.style.language for persona in shipped} == set(Language)
    assert {persona.style.typos for persona in shipped} == {"none", "some", "many"}
    assert {persona.style.length for persona in shipped} == {"short", "medium", "long"}
    assert any(persona.style.voice_like for persona in shipped)


def test_the_shipped_personas_use_whatsapp_in_every_way(shipped: tuple[Persona, ...]) -> None:
    uses = [persona.whatsapp for persona in shipped]
    assert max(use.burst for use in uses) >= 4
    assert any(use.duplicates for use in uses)
    assert any(use.taps_buttons for use in uses)
    assert any(use.leaves_the_window for use in uses)
    assert {MessageKind.AUDIO, MessageKind.IMAGE, MessageKind.LOCATION} <= {kind for use in uses for kind in use.media}


def test_what_they_know_of_kavak_is_true(shipped: tuple[Persona, ...]) -> None:
    knowledge = KnowledgeService.from_file(PROJECT_ROOT / "datasets" / "knowledge" / "kavak.yaml")
    catalog = CarDataService.from_csv(PROJECT_ROOT / "datasets" / "catalog" / "sample_catalog.csv")
    stock = {(car.make, car.model) for car in catalog.cars}
    for persona in shipped:
        knows = persona.knows
        assert knows.branch is None or knowledge.find_branch(knows.branch), persona.id
        assert knows.model is None or (knows.make, knows.model) in stock, persona.id
