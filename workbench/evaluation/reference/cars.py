"""The catalogue read by plain code: a row at a time, a loop over all of them.

It shares no code with the bot's loader and search, so a fault there cannot hide here. Slow and obvious on purpose.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot_core.normalization import fold

_BODIES_FILE = Path(__file__).parents[3] / "bot_core" / "catalog" / "reference.yaml"
_AUTOMATIC = frozenset({
    "auto", "aut", "automatico", "automatica", "at", "ta", "cvt", "ivt", "ecvt", "xtronic", "dct", "edct", "dsg", "tip",
    "tiptronic", "stronic", "steptronic", "gtronic", "shiftronic", "multitronic", "geartronic", "powershift", "imotion",
})  # fmt: skip
_MANUAL = frozenset({"man", "manual", "tm", "mt", "std", "estandar", "standard"})


def key(name: str) -> str:
    """Folded letters and digits: "CX-5" and "cx 5" are one name."""
    return re.sub(r"[^a-z0-9]", "", fold(name))


@dataclass(frozen=True, slots=True)
class ReferenceCar:
    """One row. `price` in MXN; a feature is true only when the row says so."""

    stock_id: str
    make: str
    model: str
    version: str
    year: int
    price: Decimal
    km: int
    length: Decimal
    features: frozenset[str]
    transmission: str | None
    body_type: str | None


def read_reference(path: Path) -> tuple[ReferenceCar, ...]:
    """All rows of a catalogue file that the bot accepts."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return tuple(_car(row) for row in csv.DictReader(file) if any((value or "").strip() for value in row.values()))


def fits(car: ReferenceCar, wishes: Mapping[str, Any]) -> bool:
    """True when the row satisfies every wish; what the row does not say satisfies none."""
    return (
        _named(car, wishes)
        and _within(car.price, wishes.get("price_min"), wishes.get("price_max"))
        and _within(car.year, wishes.get("year_min"), wishes.get("year_max"))
        and _within(car.km, None, wishes.get("km_max"))
        and wishes.get("transmission") in (None, car.transmission)
        and wishes.get("body_type") in (None, car.body_type)
        and set(wishes.get("features") or ()) <= car.features
    )


def fitting(cars: Iterable[ReferenceCar], wishes: Mapping[str, Any]) -> tuple[ReferenceCar, ...]:
    return tuple(car for car in cars if fits(car, wishes))


def same_name(car: ReferenceCar, make: str | None, model: str | None) -> bool:
    """ "Mazda 3" is the model "3" of Mazda and the model "Mazda 3" of a file that writes it so."""
    if make is not None and key(make) != key(car.make):
        return False
    if model is None:
        return True
    return key(model) in {key(car.model), key(car.make + car.model)} or key(car.make) + key(model) == key(car.model)


def _named(car: ReferenceCar, wishes: Mapping[str, Any]) -> bool:
    if not same_name(car, wishes.get("make"), wishes.get("model")):
        return False
    words = {key(word) for word in (wishes.get("version") or "").split()}
    return words <= {key(word) for word in car.version.split()}


def _within(value: Decimal | int, low: Any, high: Any) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _car(row: Mapping[str, str]) -> ReferenceCar:
    make, model, version = row["make"].strip(), row["model"].strip(), row["version"].strip()
    features = {
        name
        for name, column in (("bluetooth", "bluetooth"), ("car_play", "car_play"))
        if key(row[column] or "") == "si"
    }
    return ReferenceCar(
        stock_id=row["stock_id"].strip(),
        make=make,
        model=model,
        version=version,
        year=int(Decimal(row["year"])),
        price=Decimal(row["price"]),
        km=int(Decimal(row["km"])),
        length=Decimal(row["largo"].strip() or 0),
        features=frozenset(features),
        transmission=_transmission(version),
        body_type=_bodies().get((key(make), key(model))),
    )


def _transmission(version: str) -> str | None:
    words = {key(word) for word in re.split(r"[\s/]+", re.sub(r"(?i)\b([sg])[ -]tronic", r"\1tronic", version))}
    automatic, manual = bool(words & _AUTOMATIC), bool(words & _MANUAL)
    if automatic == manual:
        return None
    return "automatic" if automatic else "manual"


@lru_cache(maxsize=1)
def _bodies() -> Mapping[tuple[str, str], str]:
    """Body types by make and model, from the table of the market, aliases included."""
    text = _BODIES_FILE.read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    makes = {make: [make, *data["make_aliases"].get(make, ())] for make in data["makes"]}
    bodies: dict[tuple[str, str], str] = {}
    for make, by_body in data["makes"].items():
        for body, models in by_body.items():
            for model in models:
                for spelling in (model, *data["model_aliases"].get(model, ())):
                    bodies |= {(key(str(name)), key(str(spelling))): body for name in makes[make]}
                    bodies |= {(key(make), key(make + str(model))): body}
    return bodies
