"""Small catalogues made without a file, and a plain reading of what it means that a car meets a wish."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from bot_core.catalog.car import Car, CarWish, Constraint, SearchCriteria
from bot_core.intents import BodyType, Feature, SortOrder, Transmission

NAMES = (
    ("Nissan", "Versa", BodyType.SEDAN),
    ("Nissan", "Kicks", BodyType.SUV),
    ("Kia", "Rio", BodyType.SEDAN),
    ("Kia", "Sportage", BodyType.SUV),
    ("Volkswagen", "Gol", BodyType.HATCHBACK),
    ("Tucker", "Torpedo", None),
)
VERSIONS = ("1.6 ADVANCE AUTO", "1.6 SENSE MAN", "ADVANCE", "")
PRICES = (100_000, 150_000, 199_999, 200_000, 300_000)
KILOMETRES = (0, 10_000, 50_000, 50_001, 120_000)
YEARS = (2015, 2018, 2019, 2023)


def car(stock_id: str, **changes: Any) -> Car:
    """A Versa of 2019 for 200,000 MXN with 50,000 km, and what `changes` says instead."""
    values: dict[str, Any] = {
        "make": "Nissan", "model": "Versa", "version": "1.6 ADVANCE AUTO", "year": 2019, "price": 200_000, "km": 50_000,
        "bluetooth": None, "car_play": None, "length_mm": None, "width_mm": None, "height_mm": None,
        "transmission": Transmission.AUTOMATIC, "body_type": BodyType.SEDAN, **changes,
    }  # fmt: skip
    return Car(**{"stock_id": stock_id, **values, "price": Decimal(values["price"])})


def violated(one: Car, criteria: SearchCriteria) -> set[Constraint]:
    """Read off the meaning of each criterion, one car at a time; shares no code with the search."""
    checks = {
        Constraint.FEATURES: all(_has(one, feature) for feature in criteria.features),
        Constraint.KM: criteria.km_max is None or one.km <= criteria.km_max,
        Constraint.YEAR: (criteria.year_min or 0) <= one.year <= (criteria.year_max or 9999),
        Constraint.TRANSMISSION: criteria.transmission in (None, one.transmission),
        Constraint.PRICE: (criteria.price_min or 0) <= one.price <= (criteria.price_max or Decimal("1e12")),
        Constraint.BODY_TYPE: criteria.body_type in (None, one.body_type),
        Constraint.VERSION: not any(wish.version for wish in criteria.wishes)
        or _any(criteria, lambda w: _is_model(one, w) and _is_version(one, w)),
        Constraint.MODEL: not any(wish.model for wish in criteria.wishes)
        or _any(criteria, lambda w: _is_model(one, w)),
        Constraint.MAKE: _any(criteria, lambda w: w.make == one.make if w.make else _is_model(one, w)),
    }
    return {constraint for constraint, is_met in checks.items() if not is_met}


def _any(criteria: SearchCriteria, meets: Any) -> bool:
    return not criteria.wishes or any(meets(wish) for wish in criteria.wishes)


def _has(one: Car, feature: Feature) -> bool:
    return (one.bluetooth if feature is Feature.BLUETOOTH else one.car_play) is True


def _is_model(one: Car, wish: CarWish) -> bool:
    return wish.make in (None, one.make) and wish.model in (None, one.model)


def _is_version(one: Car, wish: CarWish) -> bool:
    return set((wish.version or "").lower().split()) <= set(one.version.lower().split())


@st.composite
def cars(draw: st.DrawFn) -> Car:
    make, model, body = draw(st.sampled_from(NAMES))
    return car(
        "",
        make=make,
        model=model,
        body_type=body,
        version=draw(st.sampled_from(VERSIONS)),
        year=draw(st.sampled_from(YEARS)),
        price=draw(st.sampled_from(PRICES)),
        km=draw(st.sampled_from(KILOMETRES)),
        bluetooth=draw(st.sampled_from((True, None))),
        car_play=draw(st.sampled_from((True, None))),
        length_mm=draw(st.sampled_from((None, 3800, 4500))),
        transmission=draw(st.sampled_from((None, *Transmission))),
    )


@st.composite
def catalogues(draw: st.DrawFn, *, min_size: int = 0) -> Sequence[Car]:
    """Up to 12 cars with the stock_ids 0, 1, 2 … in any order; twins are frequent."""
    drawn = draw(st.lists(cars(), min_size=min_size, max_size=12))
    order = draw(st.permutations(range(len(drawn))))
    return [_numbered(one, number) for number, one in zip(order, drawn, strict=True)]


def _numbered(one: Car, number: int) -> Car:
    return car(str(number), **{name: getattr(one, name) for name in Car.__slots__ if name != "stock_id"})


@st.composite
def wishes(draw: st.DrawFn) -> CarWish:
    make, model, _ = draw(st.sampled_from((*NAMES, ("Tesla", "Model 3", None), ("Nissan", "Leaf", None))))
    has_model = draw(st.booleans())
    return CarWish(
        make=make if not has_model or draw(st.booleans()) else None,
        model=model if has_model else None,
        version=draw(st.sampled_from((None, "advance", "SENSE MAN", "deluxe"))) if has_model else None,
    )


@st.composite
def criteria(draw: st.DrawFn) -> SearchCriteria:
    return SearchCriteria(
        wishes=tuple(draw(st.lists(wishes(), max_size=2))),
        year_min=draw(st.sampled_from((None, *YEARS))),
        year_max=draw(st.sampled_from((None, *YEARS))),
        price_min=draw(st.sampled_from((None, *map(Decimal, PRICES)))),
        price_max=draw(st.sampled_from((None, *map(Decimal, PRICES)))),
        km_max=draw(st.sampled_from((None, *KILOMETRES))),
        transmission=draw(st.sampled_from((None, *Transmission))),
        body_type=draw(st.sampled_from((None, *BodyType))),
        features=tuple(draw(st.sets(st.sampled_from(Feature)))),
        sort=draw(st.sampled_from(SortOrder)),
        excluded_stock_ids=tuple(map(str, draw(st.sets(st.integers(0, 13), max_size=4)))),
    )
