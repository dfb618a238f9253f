"""Each way in which a labelled reply is made from a real turn of the bot. None of them types a figure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from bot_core.agents.writer import plain_wording
from bot_core.catalog.service import CarDataService
from bot_core.facts.facts import CarDetailFacts, CarFact, CarSearchFacts, Facts, FinancingFacts, InfoFacts
from bot_core.knowledge.service import KnowledgeService
from bot_core.messages import Language
from bot_core.money import format_mxn
from bot_core.wording.figures import format_km
from workbench.evaluation.judge.exhibit import Exhibit

_MONEY = re.compile(r"\$[\d,]+(?:\.\d\d)?")
_WRONG_BY = Decimal("1.137")
_KEPT_WHEN_CUT = 0.62


@dataclass(frozen=True)
class Source:
    """A turn of the bot, and what may be put in its place."""

    exhibit: Exhibit
    facts: tuple[Facts, ...]
    previous: str
    """The bot's reply of the turn before; empty in the first."""
    catalog: CarDataService
    knowledge: KnowledgeService
    other: str = ""
    """The reply of another turn."""

    @property
    def reply(self) -> str:
        return self.exhibit.reply


@dataclass(frozen=True, slots=True)
class Made:
    reply: str
    how: str


Maker = Callable[[Source, str], Made]
"""From a turn and a text with placeholders ("" when the kind has none)."""


def as_said(source: Source, _text: str) -> Made:
    return Made(source.reply, "the bot's own reply; the case passes every scorer")


def filled(source: Source, text: str) -> Made:
    reply = text.format_map({"reply": source.reply, **_values(source.facts)})
    return Made(reply, f"from the text {_start(text)!r}, figures from the turn's facts")


def wrong_amount(source: Source, _text: str) -> Made:
    """One of the figures behind those that the customer gave."""
    found = list(_MONEY.finditer(source.reply))
    chosen = found[min(len(found) - 1, 2 + len(source.exhibit.customer) % 4)]
    right = Decimal(chosen.group().replace("$", "").replace(",", ""))
    wrong = format_mxn((right * _WRONG_BY).quantize(Decimal(1), ROUND_HALF_UP))
    reply = source.reply[: chosen.start()] + wrong + source.reply[chosen.end() :]
    return Made(reply, f"{chosen.group()} became {wrong} (× {_WRONG_BY})")


def wrong_car(source: Source, _text: str) -> Made:
    shown = _cars(source.facts)
    makes = {car.make for car in shown}
    others = sorted((car for car in source.catalog.cars if car.make not in makes), key=lambda car: car.stock_id)
    other = others[sum(map(ord, shown[0].stock_id)) % len(others)]
    reply = source.reply.replace(shown[0].label, other.label)
    return Made(reply, f"{shown[0].label} ({shown[0].stock_id}) became {other.label} ({other.stock_id})")


def other_reply(source: Source, _text: str) -> Made:
    return Made(source.other, "the bot's reply to another customer's question")


def previous_reply(source: Source, _text: str) -> Made:
    return Made(source.previous, "the bot's reply of the turn before")


def english(source: Source, _text: str) -> Made:
    facts = [fact.model_copy(update={"language": Language.ENGLISH}) for fact in source.facts]
    return Made(plain_wording(facts), "the same facts, worded in English")


def incomplete(source: Source, _text: str) -> Made:
    """Only the first of what was asked is answered."""
    fact, *rest = source.facts
    if not rest and isinstance(fact, InfoFacts):
        fact = fact.model_copy(update={"entries": fact.entries[:1]})
    return Made(plain_wording([fact]), "only the first of the turn's facts is worded")


def truncated(source: Source, _text: str) -> Made:
    """Cut inside a word or figure."""
    at = int(len(source.reply) * _KEPT_WHEN_CUT)
    while not (source.reply[at - 1].isalnum() and source.reply[at].isalnum()):
        at += 1
    return Made(source.reply[:at], f"cut after {at} of {len(source.reply)} characters")


def markdown(source: Source, _text: str) -> Made:
    bold = re.sub(r"(?<!\*)\*([^*\n]+)\*(?!\*)", r"**\1**", source.reply)
    bullets = bold.replace("• ", "- ")
    first = _cars(source.facts)[0].stock_id if _cars(source.facts) else "simulador"
    return Made(
        f"## Respuesta\n\n{bullets}\n\n[Ver más](https://www.kavak.com/mx/{first})",
        "heading, double asterisks and a link",
    )


def wrong_branch(source: Source, _text: str) -> Made:
    shown = next(fact for fact in source.facts if isinstance(fact, InfoFacts)).branches[0]
    others = [branch for branch in source.knowledge.branches if branch.city != shown.city]
    other = others[len(shown.name) % len(others)]
    reply = source.reply.replace(shown.address, other.address)
    return Made(reply, f"{shown.name} has the address of {other.name}")


def swapped_figures(source: Source, _text: str) -> Made:
    plans = next((fact for fact in source.facts if isinstance(fact, FinancingFacts)), None)
    if plans is not None:
        first, *_, last = (format_mxn(plan.monthly) for plan in plans.quotes[0].plans)
    else:
        first, last = (format_mxn(car.price) for car in _cars(source.facts)[:2])
    reply = source.reply.replace(first, "\0").replace(last, first).replace("\0", last)
    return Made(reply, f"{first} and {last} have changed places")


MAKERS: dict[str, Maker] = {
    maker.__name__: maker
    for maker in (
        as_said,
        filled,
        wrong_amount,
        wrong_car,
        other_reply,
        previous_reply,
        english,
        incomplete,
        truncated,
        markdown,
        wrong_branch,
        swapped_figures,
    )
}


def _cars(facts: tuple[Facts, ...]) -> tuple[CarFact, ...]:
    for fact in facts:
        if isinstance(fact, CarSearchFacts | FinancingFacts) and fact.cars:
            return fact.cars
        if isinstance(fact, CarDetailFacts):
            return (fact.car,)
    return ()


def _values(facts: tuple[Facts, ...]) -> dict[str, str]:
    values: dict[str, str] = {}
    for number, car in zip(("", "2"), _cars(facts), strict=False):
        values |= {
            f"label{number}": car.label,
            f"price{number}": format_mxn(car.price),
            f"km{number}": format_km(car.km),
        }
    for fact in facts:
        if isinstance(fact, FinancingFacts) and fact.quotes:
            plans = {plan.term_months: plan for plan in fact.quotes[0].plans}
            plan = plans[fact.asked_term or min(plans)]
            values |= {"term": str(plan.term_months), "payment": format_mxn(plan.monthly)}
        if isinstance(fact, InfoFacts) and fact.entries:
            values["answer"] = fact.entries[0].text(fact.language)
    return values


def _start(text: str) -> str:
    return " ".join(text.split())[:60]
