"""Which cars were shown, held against a filter of our own over the catalogue's rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bot_core.facts.facts import CarFact
from workbench.evaluation.dataset.expectations import CarFilter, CarName
from workbench.evaluation.reference.cars import ReferenceCar, fits, fitting, key, same_name
from workbench.evaluation.reference.wishes import Wishes, wishes_after
from workbench.evaluation.scorers.base import Check, Played, PlayedTurn, ScoringContext, check
from workbench.evaluation.scorers.phrases import says_alternatives, says_not_found

_FIRST: dict[str, Callable[[ReferenceCar], Any]] = {
    "cheapest": lambda car: car.price,
    "dearest": lambda car: -car.price,
    "newest": lambda car: -car.year,
    "lowest_km": lambda car: car.km,
    "largest": lambda car: -car.length,
}
"""For each order, what is smallest for the car that comes first."""


def cars(played: Played, context: ScoringContext) -> Iterator[Check]:
    for turn in played.turns:
        expected = turn.expect.cars
        if expected == "fit":
            yield from _fit(turn, wishes_after(played.case, turn.number - 1), context)
        elif isinstance(expected, CarFilter):
            yield from _fit(turn, expected.model_dump(exclude_unset=True), context)
        elif expected is not None:
            yield _presence(turn, expected)
        if turn.expect.car is not None:
            yield from _about(turn, played, turn.expect.car)
        for name in turn.expect.absent:
            if not any(same_name(car, name.make, name.model) for car in context.cars):
                yield check(turn, says_not_found(turn), f"does not say that {_spelled(name)} is not in stock")


def _fit(turn: PlayedTurn, wishes: Wishes, context: ScoringContext) -> Iterator[Check]:
    possible = fitting(context.cars, wishes)
    if not possible:
        yield check(turn, says_not_found(turn), f"no car fits {_told(wishes)}, and the reply does not say so")
        return
    yield check(turn, bool(turn.shown), f"{len(possible)} cars fit {_told(wishes)}, none was shown")
    for car in turn.shown:
        row = context.car(car.stock_id)
        fault = f"{car.label} ({car.stock_id}) does not fit {_told(wishes)}"
        yield check(turn, row is not None and fits(row, wishes), fault)
    if turn.shown:
        yield check(turn, _named(turn.shown, turn), "the reply names none of the cars")
    relative = turn.expect.slots and turn.expect.slots.reference
    if (order := _FIRST.get(wishes.get("sort") or "")) and turn.shown and not relative:
        first = context.car(turn.shown[0].stock_id)
        right = first is not None and order(first) == min(map(order, possible))
        yield check(turn, right, f"{turn.shown[0].label} is not the first by {wishes['sort']}")


def _presence(turn: PlayedTurn, expected: str) -> Check:
    match expected:
        case "none":
            return check(turn, not turn.shown, "cars were shown, none was expected")
        case "any":
            return check(turn, bool(turn.shown) and _named(turn.shown, turn), "no car was shown")
        case _:
            said = says_not_found(turn) or says_alternatives(turn)
            return check(turn, bool(turn.shown) and said, "no alternatives, or not named as such")


def _about(turn: PlayedTurn, played: Played, expected: int | CarName) -> Iterator[Check]:
    """The reply is about one car that was shown before."""
    if isinstance(expected, CarName):
        earlier = {car.stock_id for before in played.before(turn) for car in before.shown}
        for car in turn.shown:
            right = car.stock_id in earlier and _is(car, expected)
            yield check(turn, right, f"{car.label} is not the {_spelled(expected)} shown before")
        yield check(turn, bool(turn.shown), f"no reply about the {_spelled(expected)}")
        return
    wanted = at_position(played.list_for(turn), expected)
    if wanted is None:
        yield Check(turn.number, f"no list with a car number {expected} was shown before")
        return
    ids = {car.stock_id for car in turn.shown}
    yield check(turn, ids == {wanted.stock_id}, f"expected car {expected} ({wanted.label}), got {_labels(turn.shown)}")


def at_position(listed: tuple[CarFact, ...], position: int) -> CarFact | None:
    index = position - 1 if position > 0 else len(listed) + position
    return listed[index] if 0 <= index < len(listed) else None


def _named(shown: tuple[CarFact, ...], turn: PlayedTurn) -> bool:
    text = key(turn.text)
    return any(key(car.model) in text for car in shown)


def _is(car: CarFact, name: CarName) -> bool:
    return (name.make is None or key(name.make) == key(car.make)) and (
        name.model is None or key(name.model) in (key(car.model), key(car.make + car.model))
    )


def _spelled(name: CarName) -> str:
    return " ".join(part for part in (name.make, name.model) if part)


def _labels(shown: tuple[CarFact, ...]) -> str:
    return ", ".join(car.label for car in shown) or "none"


def _told(wishes: Wishes) -> str:
    return ", ".join(f"{name} {value}" for name, value in wishes.items()) or "no wish at all"
