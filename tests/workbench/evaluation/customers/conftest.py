from __future__ import annotations

from typing import Any

import pytest

from bot_core.messages import InboundMessage, MessageKind
from bot_core.settings import Settings
from workbench.evaluation.build import Subject, build_subject
from workbench.evaluation.customers.records import Say
from workbench.evaluation.dataset.personas import Persona, load_personas
from workbench.records import VariantSpec

PERSONAS = load_personas()


@pytest.fixture(scope="session")
def _shared_subject() -> Subject:
    return build_subject(VariantSpec(name="base"), Settings(_env_file=None))


@pytest.fixture
def subject(_shared_subject: Subject) -> Subject:
    """The offline bot on the shipped catalogue, with an empty notebook of requests."""
    _shared_subject.notebook._leads.clear()
    return _shared_subject


@pytest.fixture
def personas() -> tuple[Persona, ...]:
    return PERSONAS


@pytest.fixture
def persona_of():
    """A plain customer of 250 mil pesos; fields are replaced by name."""

    def make(**changes: Any) -> Persona:
        fields: dict[str, Any] = {
            "id": "prueba",
            "who": "Una persona que solo existe en esta prueba.",
            "goal": {"text": "Ver autos que quepan en su presupuesto.", "outcome": "cars_shown"},
            "opening": ["hola"],
            "knows": {"name": "Ana", "price_max": 250_000},
            "patience": 5,
            "must_not_say": ["soy un simulador"],
        }
        return Persona.model_validate(fields | changes)

    return make


@pytest.fixture
def say():
    """A turn of texts, each a message of its own id."""
    counter = iter(range(10_000))

    def make(*texts: str, kind: MessageKind = MessageKind.TEXT, **more: Any) -> Say:
        messages = tuple(InboundMessage(text=text, kind=kind, message_id=f"m{next(counter)}") for text in texts)
        return Say(messages=messages, **more)

    return make
