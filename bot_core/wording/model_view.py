"""Facts as a model reads them: compact JSON whose figures and questions are already written as they must be said.

A small model copies "$6,442.07" more faithfully than it formats 6442.07, and every token of a prompt costs time.
The keys are those that the prompt templates explain.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot_core.facts.facts import (
    BoundaryFacts,
    CarDetailFacts,
    CarFact,
    CarSearchFacts,
    Facts,
    FinancingFacts,
    GreetingFacts,
    InfoFacts,
    SalesFacts,
)
from bot_core.financing.plan import Quote
from bot_core.knowledge.entry import Branch
from bot_core.messages import Language
from bot_core.money import format_mxn
from bot_core.wording.figures import format_km, format_metres, format_percent
from bot_core.wording.phrases import phrases
from bot_core.wording.rendering import price_move, wish_name
from bot_core.wording.sanitizing import day_as_said, person_name, place_name

MOST_BRANCHES = 5
"""More than that are given as cities: nobody reads fifteen addresses in a chat."""


def facts_for_model(facts: Sequence[Facts]) -> str:
    """A JSON array with one object for each of `facts`, without empty fields."""
    return json.dumps([_view(fact) for fact in facts], ensure_ascii=False, separators=(",", ":"))


def _view(facts: Facts) -> dict[str, Any]:
    words = phrases(facts.language)
    question = words["questions"][facts.question] if facts.question else None
    return _filled({**_body(facts, words), "question": question})


def _body(facts: Facts, words: Mapping[str, Any]) -> dict[str, Any]:
    match facts:
        case CarSearchFacts():
            return _search(facts, words)
        case CarDetailFacts():
            return _detail(facts.car, words) | {"unknown": _unknown(facts.unknown_attributes, words)}
        case FinancingFacts():
            return _financing(facts, words)
        case InfoFacts():
            return _info(facts)
        case GreetingFacts():
            return _greeting(facts)
        case SalesFacts():
            return _sales(facts, words)
        case BoundaryFacts():
            return {"subject": facts.subject}


def _search(facts: CarSearchFacts, words: Mapping[str, Any]) -> dict[str, Any]:
    relaxed = [words["relaxed"][price_move(facts) if name == "price" else name] for name in facts.relaxed]
    return {
        "not_in_stock": [wish_name(wish) for wish in facts.absent],
        "alternatives_because": relaxed,
        "cars": [_listed(car, facts, words) for car in facts.cars],
        "total": facts.total if facts.total > len(facts.cars) else None,
        "nothing_found": not facts.cars and not facts.no_more,
        "all_were_shown": facts.no_more,
        "unknown": _unknown(facts.unknown_attributes, words),
    }


def _listed(car: CarFact, facts: CarSearchFacts, words: Mapping[str, Any]) -> dict[str, Any]:
    asked = {words["features"][name]: _known(getattr(car, name.value), words) for name in facts.criteria.features}
    return _filled({"n": car.position, **_short(car, words), **asked})


def _short(car: CarFact, words: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "label": car.label,
        "price": format_mxn(car.price),
        "km": format_km(car.km),
        "transmission": _inferred("transmission", words["transmission"].get(car.transmission_inferred), words),
    }


def _detail(car: CarFact, words: Mapping[str, Any]) -> dict[str, Any]:
    sizes = {"length": car.length_mm, "width": car.width_mm, "height": car.height_mm}
    return {
        **{name: said or words["no_data"] for name, said in _short(car, words).items()},
        "body": _inferred("body", words["body_type"].get(car.body_type_inferred), words) or words["no_data"],
        "bluetooth": _known(car.bluetooth, words),
        "car_play": _known(car.car_play, words),
        **{name: words["no_data"] if size is None else format_metres(size) for name, size in sizes.items()},
    }


def _financing(facts: FinancingFacts, words: Mapping[str, Any]) -> dict[str, Any]:
    rules = facts.rules
    cars = [f"{car.position}. {car.label}" for car in facts.cars]
    nothing_simulated = not (facts.quotes or facts.limits or facts.unknown_topics)
    return {
        "annual_rate": format_percent(rules.annual_rate * 100) if not facts.unknown_topics else None,
        "simulations": [
            _simulation(quote, cars[index] if index < len(cars) else None, facts)
            for index, quote in enumerate(facts.quotes)
        ],
        "not_offered": words["months"].format(facts.asked_term) if facts.term_unavailable else None,
        "terms_offered": list(rules.terms) if facts.term_unavailable or nothing_simulated else None,
        "minimum_down_payment": format_percent(rules.minimum_down_payment_percent) if nothing_simulated else None,
        "minimum_down_payment_used": format_percent(rules.minimum_down_payment_percent)
        if facts.quotes and (facts.down_payment_assumed or any(quote.raised_to_minimum for quote in facts.quotes))
        else None,
        "monthly_budget": format_mxn(facts.monthly_budget) if facts.monthly_budget is not None else None,
        "largest_loans": {words["months"].format(limit.term_months): format_mxn(limit.loan) for limit in facts.limits},
        "unknown": [words["topics"].get(topic, topic) for topic in facts.unknown_topics],
    }


def _simulation(quote: Quote, car: str | None, facts: FinancingFacts) -> dict[str, Any]:
    """The asked term first; of several cars only that one, so that the reply stays one short message."""
    words = phrases(facts.language)
    plans = sorted(quote.plans, key=lambda plan: plan.term_months != facts.asked_term)
    if len(facts.quotes) > 1 and any(plan.term_months == facts.asked_term for plan in plans):
        plans = plans[:1]
    return _filled(
        {
            "car": car,
            "price": format_mxn(quote.price),
            "down_payment": format_mxn(quote.down_payment),
            "loan": format_mxn(quote.loan),
            "monthly": {words["months"].format(plan.term_months): format_mxn(plan.monthly) for plan in plans},
        }
    )


def _info(facts: InfoFacts) -> dict[str, Any]:
    few = len(facts.branches) <= MOST_BRANCHES
    return {
        "answers": [entry.text(facts.language) for entry in facts.entries],
        "branches": [_branch(branch, facts.language) for branch in facts.branches] if few else [],
        "branches_by_city": [] if few else [f"{branch.city}: {branch.name}" for branch in facts.branches],
        "no_branch_in": place_name(facts.absent_city) if facts.absent_city else None,
        "cities": list(facts.all_cities),
    }


def _branch(branch: Branch, language: Language) -> dict[str, Any]:
    hours = branch.hours_en if language is Language.ENGLISH else branch.hours
    return {
        "name": branch.name,
        "address": f"{branch.address}, {branch.city}",
        "hours": hours or phrases(language)["no_data"],
    }


def _greeting(facts: GreetingFacts) -> dict[str, Any]:
    return {
        "first_time": facts.first_time,
        "name": person_name(facts.customer_name),
        "thanks": facts.thanks,
        "farewell": facts.farewell,
        "asks_if_bot": facts.asks_if_bot,
    }


def _sales(facts: SalesFacts, words: Mapping[str, Any]) -> dict[str, Any]:
    few = len(facts.branch_choices) <= MOST_BRANCHES
    return {
        "request": words["lead_kinds"][facts.lead_kind],
        "reference": facts.reference,
        "failed": facts.failed,
        "car": facts.car.label if facts.car else None,
        "branch": f"{facts.branch.name}, {facts.branch.city}" if facts.branch else None,
        "day": day_as_said(facts.day),
        "name": person_name(facts.customer_name),
        "no_branch_in": place_name(facts.absent_city) if facts.absent_city else None,
        "branch_choices": [
            f"{branch.name}, {branch.city}" if few else f"{branch.city}: {branch.name}"
            for branch in facts.branch_choices
        ],
    }


def _unknown(names: Sequence[str], words: Mapping[str, Any]) -> list[str]:
    return [words["attributes"].get(name, name) for name in names]


def _inferred(what: str, said: str | None, words: Mapping[str, Any]) -> str | None:
    return words["inferred"][what].format(said) if said else None


def _known(value: bool | None, words: Mapping[str, Any]) -> str:
    said: str = words["no_data"] if value is None else words["yes"] if value else words["no"]
    return said


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty, false or unknown."""
    return {name: value for name, value in fields.items() if value not in (None, False, "", [], {})}
