"""The shipped catalogue: made by its script, realistic, and rich in what real files hold."""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal

import pytest

from bot_core.catalog.car import CarWish, SearchCriteria
from bot_core.catalog.loader import COLUMNS
from bot_core.catalog.service import CarDataService
from bot_core.settings import PROJECT_ROOT
from tools.make_catalog import TARGET, render

PATH = PROJECT_ROOT / "datasets" / "catalog" / "sample_catalog.csv"


@pytest.fixture(scope="module")
def catalog() -> CarDataService:
    return CarDataService.from_csv(PATH)


def test_the_script_makes_this_very_file() -> None:
    assert TARGET == PATH
    assert render().encode() == PATH.read_bytes()


def test_it_has_the_standard_columns() -> None:
    with PATH.open(encoding="utf-8", newline="") as file:
        assert tuple(next(csv.reader(file))) == COLUMNS


def test_it_is_large_and_plausible(catalog: CarDataService) -> None:
    cars = catalog.cars
    assert len(cars) >= 240
    assert all(2012 <= car.year <= 2026 for car in cars)
    assert all(80_000 <= car.price <= 1_500_000 and str(car.price).endswith("999") for car in cars)
    assert all(1_000 <= car.km <= 200_000 for car in cars)
    assert all(car.body_type for car in cars), "every model stands in the market reference"
    assert all(2_600 <= car.length_mm <= 5_400 for car in cars if car.length_mm)


def test_newer_and_less_used_cars_cost_more(catalog: CarDataService) -> None:
    versas = sorted((car for car in catalog.cars if car.model == "Versa"), key=lambda car: car.year)
    assert versas[-1].price > versas[0].price * Decimal("1.4")
    assert versas[-1].km < versas[0].km


def test_it_holds_what_real_files_hold() -> None:
    with PATH.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(row["price"].endswith(".0") for row in rows)
    assert {"FORTE", "COOPER", "208", "Versa"} <= {row["model"] for row in rows}
    assert {"Mercedes Benz", "Mercedes-Benz"} <= {row["make"] for row in rows}
    assert {row["bluetooth"] for row in rows} == {row["car_play"] for row in rows} == {"Sí", ""}
    assert sum(not row["largo"] for row in rows) >= 10
    assert any(row["largo"] and not row["altura"] for row in rows)
    twins = Counter((row["make"], row["model"], row["version"], row["year"], row["km"]) for row in rows)
    assert max(twins.values()) >= 2


def test_versions_speak_every_dialect_and_some_are_silent(catalog: CarDataService) -> None:
    words = {word for car in catalog.cars for word in car.version.split()}
    assert {"AUTO", "CVT", "MAN", "TM", "STD", "DCT", "TIPTRONIC", "TRONIC"} <= words
    silent = [car for car in catalog.cars if car.transmission is None]
    assert 5 <= len(silent) <= len(catalog.cars) // 5


def test_the_cars_of_the_examples_are_in_stock(catalog: CarDataService) -> None:
    cheap = SearchCriteria(wishes=(CarWish(make="Nissan", model="Versa"),), price_max=Decimal(250_000))
    assert catalog.search(cheap).total >= 4
    names = {f"{car.make} {car.model}" for car in catalog.cars}
    assert names >= {
        "Volkswagen Jetta", "Chevrolet Aveo", "Nissan March", "Nissan Sentra", "Mazda CX-5", "Fiat Uno",
        "Volkswagen Gol",
        "Kia Rio", "Suzuki Swift", "Mini Cooper", "Honda CR-V", "Ford Escape", "Seat Toledo", "Honda Fit",
        "Volkswagen Polo",
    }  # fmt: skip


@pytest.mark.parametrize("make", ["Tesla", "Ferrari", "Porsche", "Subaru"])
def test_some_makes_are_absent_on_purpose(catalog: CarDataService, make: str) -> None:
    result = catalog.search(SearchCriteria(wishes=(CarWish(make=make),)))
    assert result.absent == (CarWish(make=make),)
    assert result.are_alternatives
