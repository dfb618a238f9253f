"""Facts of turns over the small catalogue and the shipped knowledge, and what the guardrails find in a reply."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from bot_core.catalog.car import CarWish, Constraint, SearchCriteria
from bot_core.facts.facts import (
    BoundaryFacts,
    CarDetailFacts,
    CarSearchFacts,
    Facts,
    FinancingFacts,
    GreetingFacts,
    InfoFacts,
    SalesFacts,
)
from bot_core.financing.calculator import largest_loan
from bot_core.guardrails.guard import ReplyGuard
from bot_core.knowledge.entry import KnowledgeEntry
from bot_core.knowledge.service import KnowledgeService
from bot_core.leads.lead import LeadKind
from bot_core.messages import Language
from bot_core.settings import PROJECT_ROOT
from tests.fakes.cars import RULES, car_fact, financing_facts, small_catalog


@lru_cache(maxsize=1)
def knowledge() -> KnowledgeService:
    return KnowledgeService.from_file(PROJECT_ROOT / "datasets" / "knowledge" / "kavak.yaml")


def entry(entry_id: str) -> KnowledgeEntry:
    return next(entry for entry in knowledge().entries if entry.entry_id == entry_id)


def info(*entry_ids: str, topic: str = "una duda") -> InfoFacts:
    return InfoFacts(topic=topic, entries=tuple(map(entry, entry_ids)))


def branch_facts(place: str, topic: str = "dónde están") -> InfoFacts:
    return InfoFacts(topic=topic, branches=knowledge().branches_in(place))


def rules_found(text: str, *facts: Facts, language: Language = Language.SPANISH) -> set[str]:
    guard = ReplyGuard(small_catalog())
    return {finding.rule for finding in guard.check(text, facts, language=language)}


VERSAS = CarSearchFacts(
    criteria=SearchCriteria(wishes=(CarWish(make="Nissan", model="Versa"),), price_max=Decimal(250000)),
    cars=(car_fact("1001", 1), car_fact("1002", 2)),
    total=2,
)
"""Versa 2019: $215,999, 45,000 km. Versa 2018: $198,999, 61,000 km."""
NO_TESLA = CarSearchFacts(
    criteria=SearchCriteria(wishes=(CarWish(make="Tesla", model="Model 3"),)),
    cars=(car_fact("1006", 1),),
    total=1,
    relaxed=(Constraint.MAKE,),
    absent=(CarWish(make="Tesla", model="Model 3"),),
)
NO_VERSA_2030 = VERSAS.model_copy(
    update={
        "criteria": SearchCriteria(wishes=(CarWish(make="Nissan", model="Versa"),), year_min=2030, year_max=2030),
        "relaxed": (Constraint.YEAR,),
    }
)
NOTHING = CarSearchFacts(
    criteria=SearchCriteria(wishes=(CarWish(make="Honda", model="CR-V"),), price_max=Decimal(150000)), cars=(), total=0
)
SWIFT = CarDetailFacts(car=car_fact("1012"), unknown_attributes=("color",))
"""Swift 2018 BOOSTERJET MAN: $234,999, 64,000 km, 3,840 mm long."""
JETTA = financing_facts("1004")
"""$313,999, $60,000 down: 8,195.83 / 6,442.07 / 5,396.73 / 4,705.54."""
MONTHLY = FinancingFacts(
    rules=RULES, monthly_budget=Decimal(5000), limits=largest_loan(Decimal(5000), RULES), cars=(), quotes=()
)
TWO_YEARS = financing_facts("1004", asked_term=24).model_copy(update={"term_unavailable": True})
WARRANTY = info("warranty", topic="cuánto dura la garantía")
TRIAL = info("trial", topic="si no me gusta lo puedo devolver")
INSPECTION = info("inspection", topic="qué revisan")
APPROVAL = info("approval", topic="me aprueban")
DISCOUNTS = info("price-and-discounts", topic="hacen descuento")
CONTACT = info("contact", topic="su teléfono")
DELIVERY = info("delivery", topic="entregan a domicilio")
PUEBLA = branch_facts("Puebla")
GUADALAJARA = branch_facts("Guadalajara", "a qué hora abren en Guadalajara")
MERIDA = InfoFacts(topic="tienen sucursal en Mérida", absent_city="Mérida", all_cities=("Puebla", "Guadalajara"))
ASKING = SalesFacts(
    lead_kind=LeadKind.APPOINTMENT,
    car=car_fact("1004"),
    branch=knowledge().find_branch("Midtown"),
    day="el sábado a las 11",
)
RECORDED = ASKING.model_copy(update={"customer_name": "Ana", "reference": "KV-7F3A9C"})
HOLDING = ASKING.model_copy(update={"lead_kind": LeadKind.RESERVATION, "day": None})
HELLO = GreetingFacts()
UNSAFE_TURN = BoundaryFacts(subject="unsafe")
