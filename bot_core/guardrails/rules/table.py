"""All rules, by name; the order is that of the findings of one place."""

from __future__ import annotations

from collections.abc import Mapping

from bot_core.guardrails.rules.amounts import amounts
from bot_core.guardrails.rules.base import Rule
from bot_core.guardrails.rules.cars import cars
from bot_core.guardrails.rules.contacts import links, references
from bot_core.guardrails.rules.disclosures import alternatives, simulation
from bot_core.guardrails.rules.distances_and_years import kilometres, years
from bot_core.guardrails.rules.form import formatting, language, length
from bot_core.guardrails.rules.leaks import leaks
from bot_core.guardrails.rules.places import addresses, branches, hours
from bot_core.guardrails.rules.promises import promises
from bot_core.guardrails.rules.terms_and_rates import counts, percentages, terms

RULES: Mapping[str, Rule] = {
    "amounts": amounts,
    "kilometres": kilometres,
    "years": years,
    "terms": terms,
    "percentages": percentages,
    "counts": counts,
    "cars": cars,
    "branches": branches,
    "addresses": addresses,
    "hours": hours,
    "promises": promises,
    "leaks": leaks,
    "references": references,
    "links": links,
    "simulation": simulation,
    "alternatives": alternatives,
    "formatting": formatting,
    "length": length,
    "language": language,
}
