"""Makes datasets/catalog/sample_catalog.csv from tools/catalog_models.yaml: the same file every time.

    python tools/make_catalog.py            writes the sample catalogue
    python tools/make_catalog.py FILE       writes it elsewhere

Only `random.random` is used: its sequence for a seed is the same in every Python.
"""

from __future__ import annotations

import csv
import io
import random
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "datasets" / "catalog" / "sample_catalog.csv"
_MODELS = Path(__file__).with_name("catalog_models.yaml")
_COLUMNS = (
    "stock_id", "km", "price", "make", "model", "year", "version", "bluetooth", "largo", "ancho", "altura", "car_play",
)  # fmt: skip
_SEED = 20261124
_NOW = 2026
_KM_A_YEAR = 10_500
_FIRST_YEAR_VALUE = 0.86
_YEARLY_VALUE = 0.925
_TRANSMISSION = re.compile(r" (MAN|STD|TM|AUTO|CVT|DCT|DSG|TIPTRONIC|S TRONIC)$")
_SHARE_UNSAID = 0.04
"""Of versions that do not say their transmission."""
_TWIN_OF_EVERY = 31
"""So many cars have one near-twin: same car by every name, another stock_id."""

Row = dict[str, str]
Item = TypeVar("Item")


def render() -> str:
    """The whole catalogue as CSV text."""
    chance = random.Random(_SEED)
    rows = list(_cars(chance))
    rows += [_twin(row, chance, exact=number % 3 == 0) for number, row in enumerate(rows[::_TWIN_OF_EVERY])]
    _shuffle(rows, chance)
    for row, stock_id in zip(rows, _stock_ids(chance, len(rows)), strict=True):
        row["stock_id"] = str(stock_id)
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _cars(chance: random.Random) -> Iterator[Row]:
    for model in yaml.safe_load(_MODELS.read_text(encoding="utf-8")):
        for _ in range(model["cars"]):
            yield _car(model, chance)


def _car(model: dict[str, Any], chance: random.Random) -> Row:
    generation = _pick(model["generations"], chance)
    first, last, *size = generation
    year = first + int(max(chance.random(), chance.random()) * (last - first + 1))
    version, factor = _pick(list(model["versions"].items()), chance)
    age = _NOW - year
    km = max(1_500, round(age * _KM_A_YEAR * (0.45 + 1.1 * chance.random()) + 4_000 * chance.random()))
    row = {
        "km": str(km),
        "price": _price(model["new"] * factor, age, km, chance),
        "make": model["make"],
        "model": model["model"],
        "year": str(year),
        "version": _TRANSMISSION.sub("", version) if chance.random() < _SHARE_UNSAID else version,
        "bluetooth": "Sí" if chance.random() < _share_with_bluetooth(year) else "",
        "car_play": "Sí" if chance.random() < _share_with_car_play(year, factor) else "",
    }
    return row | _sizes(size, chance)


def _price(new: float, age: int, km: int, chance: random.Random) -> str:
    """Value by age, corrected for use and condition; asked prices end in 999."""
    value = new * _FIRST_YEAR_VALUE * _YEARLY_VALUE ** (age - 1)
    value *= 1 - 0.09 * (km - age * _KM_A_YEAR) / 100_000
    value *= 0.96 + 0.08 * chance.random()
    return f"{max(round(value / 1000) * 1000, 60_000) - 1:.1f}"


def _share_with_bluetooth(year: int) -> float:
    return 0.92 if year >= 2018 else 0.7


def _share_with_car_play(year: int, factor: float) -> float:
    if year < 2016:
        return 0.0
    return 0.85 if year >= 2020 and factor >= 1 else 0.35


def _sizes(size: Sequence[int], chance: random.Random) -> Row:
    """Stock lists miss all sizes of some cars and one size of others."""
    texts = [f"{millimetres:.1f}" for millimetres in size]
    gap = chance.random()
    if gap < 0.06:
        texts = ["", "", ""]
    elif gap < 0.10:
        texts[int(chance.random() * 3)] = ""
    return dict(zip(("largo", "ancho", "altura"), texts, strict=True))


def _twin(row: Row, chance: random.Random, *, exact: bool) -> Row:
    if exact:
        return dict(row)
    km = int(row["km"]) + 500 + int(chance.random() * 9_000)
    price = float(row["price"]) - 1_000 * int(1 + chance.random() * 6)
    return row | {"km": str(km), "price": f"{price:.1f}"}


def _stock_ids(chance: random.Random, count: int) -> list[int]:
    ids: dict[int, None] = {}
    while len(ids) < count:
        ids[200_000 + int(chance.random() * 180_000)] = None
    return list(ids)


def _pick(items: Sequence[Item], chance: random.Random) -> Item:
    return items[int(chance.random() * len(items))]


def _shuffle(items: list[Row], chance: random.Random) -> None:
    for last in range(len(items) - 1, 0, -1):
        other = int(chance.random() * (last + 1))
        items[last], items[other] = items[other], items[last]


def main(arguments: Sequence[str]) -> None:
    target = Path(arguments[0]) if arguments else TARGET
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render(), encoding="utf-8", newline="")
    sys.stdout.write(f"{target}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
