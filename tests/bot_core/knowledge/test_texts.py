"""What the shipped knowledge says word for word: short, honest, in both languages."""

from __future__ import annotations

from datetime import date

import pytest

from bot_core.catalog.service import CarDataService
from bot_core.facts.facts import InfoFacts
from bot_core.guardrails.guard import ReplyGuard
from bot_core.guardrails.rules.form import formatting, language, length
from bot_core.guardrails.rules.leaks import leaks
from bot_core.guardrails.rules.promises import promises
from bot_core.knowledge.entry import Certainty, KnowledgeEntry
from bot_core.knowledge.loader import LONGEST_TEXT
from bot_core.knowledge.service import KnowledgeService
from bot_core.messages import Language
from bot_core.normalization import fold
from tests.fakes.cars import small_catalog

FORBIDDEN = (
    "360 puntos", "360-point", "3,000 km", "3000 km", "comisiones ocultas", "hidden fees", "24 horas", "24 hours",
    "recompra garantizada", "guaranteed buyback", "legalmente vinculante", "legally binding", "gratis", "for free",
)  # fmt: skip
OFFERS_A_PERSON = ("persona de kavak", "person at kavak", "person can", "persona")


@pytest.fixture(scope="module")
def catalog() -> CarDataService:
    return small_catalog()


def texts(knowledge: KnowledgeService) -> list[tuple[KnowledgeEntry, Language, str]]:
    return [(entry, tongue, entry.text(tongue)) for entry in knowledge.entries for tongue in Language]


def test_texts_fit_and_are_dated(kavak: KnowledgeService) -> None:
    assert [(e.entry_id, len(text)) for e, _, text in texts(kavak) if not 20 <= len(text) <= LONGEST_TEXT] == []
    assert all(entry.as_of <= date(2026, 11, 24) for entry in kavak.entries)
    assert all(entry.tags and entry.questions for entry in kavak.entries)


def test_no_text_promises_anything(kavak: KnowledgeService, catalog: CarDataService) -> None:
    """Held against the rules as if a model had said it: nothing is excused for being quoted."""
    guard = ReplyGuard(
        catalog,
        rules={"p": promises, "l": leaks, "f": formatting, "n": length, "t": language},
    )
    found = [
        (entry.entry_id, finding.excerpt, finding.message)
        for entry, tongue, text in texts(kavak)
        for finding in guard.check(text, (), language=tongue)
    ]
    assert found == []


def test_every_text_passes_all_rules_with_its_own_entry(kavak: KnowledgeService, catalog: CarDataService) -> None:
    guard = ReplyGuard(catalog)
    found = [
        (entry.entry_id, finding)
        for entry, tongue, text in texts(kavak)
        for finding in guard.check(text, (InfoFacts(topic="", entries=(entry,)),), language=tongue)
    ]
    assert found == []


def test_nothing_that_is_often_invented_is_said(kavak: KnowledgeService) -> None:
    said = [(e.entry_id, phrase) for e, _, text in texts(kavak) for phrase in FORBIDDEN if fold(phrase) in fold(text)]
    assert said == []


def test_unknown_entries_say_so_and_offer_a_person(kavak: KnowledgeService) -> None:
    unknown = [(e, text) for e, _, text in texts(kavak) if e.certainty is Certainty.UNKNOWN]
    assert len(unknown) >= 20
    silent = [
        e.entry_id for e, text in unknown
        if e.entry_id != "jobs" and not any(word in fold(text) for word in OFFERS_A_PERSON)
    ]  # fmt: skip
    assert silent == []


def test_hearsay_is_left_out(kavak: KnowledgeService) -> None:
    assert not [entry.entry_id for entry in kavak.entries if entry.certainty is Certainty.EXTRA]


@pytest.mark.parametrize(
    ("entry_id", "said"),
    [
        ("about", ["15 sedes", "13 centros de inspección"]),
        ("inspection", ["240 puntos", "exterior, interior y motor"]),
        ("trial", ["7 días o 300 km"]),
        ("warranty", ["3 meses", "un año más"]),
        ("kavak-total", ["dos servicios de mantenimiento básico", "sexto mes"]),
        ("plan-process", ["menos de dos minutos", "primer pago"]),
        ("plan-documents", ["INE o pasaporte", "comprobante de domicilio", "comprobante de ingresos"]),
        ("sell-your-car", ["tres ofertas", "consignación", "30 días"]),
        ("trade-in", ["ese mismo día se fija el precio", "enganche"]),
        ("rate-and-terms", ["10 %", "36, 48, 60 o 72 meses", "sujetas a aprobación"]),
    ],
)
def test_core_facts_are_said(kavak: KnowledgeService, entry_id: str, said: list[str]) -> None:
    entry = next(entry for entry in kavak.entries if entry.entry_id == entry_id)
    assert [piece for piece in said if piece not in entry.text_es] == []
    assert entry.certainty is Certainty.CORE
