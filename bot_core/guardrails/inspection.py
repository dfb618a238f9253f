"""Everything that a rule looks at, and how it reports what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bot_core.guardrails.grounding import Grounding
from bot_core.guardrails.reading import Reply, Span, is_inside, occurrences
from bot_core.guardrails.scopes import CarScopes
from bot_core.messages import Language
from bot_core.quantities.quantity import Quantity, QuantityKind
from bot_core.trace import Finding


@dataclass(frozen=True)
class Inspection:
    """One reply against its facts. `protected` holds the word runs that may not be repeated (see rules.leaks)."""

    reply: Reply
    grounding: Grounding
    language: Language
    protected: frozenset[tuple[str, ...]] = frozenset()

    @cached_property
    def scopes(self) -> CarScopes:
        return CarScopes(self.reply, self.grounding.cars)

    @cached_property
    def car_names(self) -> tuple[Span, ...]:
        """Places where a car of the facts stands as the facts spell it: "Peugeot 2008" holds no year."""
        names = {
            name for car in self.grounding.cars
            for name in (car.label, f"{car.make} {car.model}", car.model, car.version)
        }  # fmt: skip
        return self._spans(names)

    @cached_property
    def quoted(self) -> tuple[Span, ...]:
        """Knowledge texts that stand word for word in the reply."""
        return self._spans(set(self.grounding.knowledge))

    @cached_property
    def place_names(self) -> tuple[Span, ...]:
        return self._spans({text for branch in self.grounding.branches for text in (branch.name, branch.address)})

    @cached_property
    def customer_name(self) -> tuple[Span, ...]:
        return self._said("customer_name")

    @cached_property
    def customer_day(self) -> tuple[Span, ...]:
        return self._said("day")

    def numbers(self, kind: QuantityKind) -> tuple[Quantity, ...]:
        """Quantities of `kind` that are not part of a car's or branch's name or of a quoted text."""
        excused = (*self.car_names, *self.quoted, *self.place_names)
        return tuple(q for q in self.reply.of_kind(kind) if not is_inside(excused, q.start, q.end))

    def finding(self, rule: str, start: int, end: int, message: str) -> Finding:
        return Finding(rule=rule, excerpt=self.reply.text[start:end], start=start, end=end, message=message)

    def _said(self, field: str) -> tuple[Span, ...]:
        """Places where something that the customer said is repeated."""
        values = {getattr(fact, field, None) for fact in self.grounding.facts}
        return self._spans({value for value in values if value})

    def _spans(self, texts: set[str]) -> tuple[Span, ...]:
        return tuple(span for text in texts if text for span in occurrences(text, self.reply.folded))
