from __future__ import annotations

import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot_core.catalog.car import CarWish, SearchCriteria
from bot_core.catalog.service import CarDataService
from bot_core.intents import BodyType, Feature, Transmission
from bot_core.settings import PROJECT_ROOT
from workbench.evaluation.reference.cars import fits, fitting, key, read_reference, same_name

SAMPLE = PROJECT_ROOT / "datasets" / "catalog" / "sample_catalog.csv"
HEADER = "stock_id,km,price,make,model,year,version,bluetooth,largo,ancho,altura,car_play\n"


@pytest.fixture(scope="module")
def catalog():
    return CarDataService.from_csv(SAMPLE)


@pytest.fixture(scope="module")
def rows():
    return read_reference(SAMPLE)


def one(tmp_path, row: str):
    path = tmp_path / "cars.csv"
    path.write_text(HEADER + row + "\n", encoding="utf-8")
    [car] = read_reference(path)
    return car


def test_it_shares_neither_search_nor_arithmetic_with_the_bot():
    code = """
import sys
from workbench.evaluation.reference import cars, payments, wishes
print([name for name in sys.modules if name in ("bot_core.catalog.search", "bot_core.catalog.loader",
      "bot_core.catalog.columns", "bot_core.catalog.service", "bot_core.financing.calculator")])
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT_ROOT)
    assert found.stdout.strip() == "[]"


def test_it_reads_every_row_as_the_bot_does(catalog, rows):
    assert [row.stock_id for row in rows] == [car.stock_id for car in catalog.cars]
    for row, car in zip(rows, catalog.cars, strict=True):
        assert (row.price, row.km, row.year) == (car.price, car.km, car.year)
        assert row.transmission == car.transmission
        assert row.body_type == car.body_type
        assert ("bluetooth" in row.features) is (car.bluetooth is True)
        assert same_name(row, car.make, car.model)


def wish(data, catalog) -> dict[str, object]:
    car = data.draw(st.sampled_from(catalog.cars))
    possible = {
        "make": car.make,
        "model": car.model,
        "price_max": car.price + data.draw(st.integers(-50_000, 50_000)),
        "price_min": car.price - 30_000,
        "year_min": car.year,
        "year_max": car.year + 1,
        "km_max": car.km + 5_000,
        "transmission": data.draw(st.sampled_from(Transmission)),
        "body_type": data.draw(st.sampled_from(BodyType)),
        "features": (data.draw(st.sampled_from(Feature)),),
    }
    names = data.draw(st.lists(st.sampled_from(sorted(possible)), unique=True, max_size=4))
    if "model" in names:
        names.append("make")
    return {name: possible[name] for name in names}


@settings(max_examples=60, deadline=None, print_blob=False)
@given(data=st.data())
def test_both_filters_agree(data, catalog, rows):
    wishes = wish(data, catalog)
    named = {name: wishes[name] for name in ("make", "model") if name in wishes}
    rest = {name: value for name, value in wishes.items() if name not in named}
    criteria = SearchCriteria(wishes=(CarWish(**named),) if named else (), **rest)
    result = catalog.search(criteria, limit=len(rows))
    found = set() if result.relaxed else {ranked.car.stock_id for ranked in result.cars}
    assert {row.stock_id for row in fitting(rows, wishes)} == found


def test_what_a_row_does_not_say_satisfies_no_wish(tmp_path):
    car = one(tmp_path, "1,1000,200000.0,Nissan,Versa,2019,1.6 ADVANCE,,,,,")
    assert fits(car, {"make": "nissan", "price_max": 200000})
    assert not fits(car, {"transmission": "automatic"})
    assert not fits(car, {"features": ("bluetooth",)})


@pytest.mark.parametrize(
    ("version", "transmission"),
    [("2.0 TITANIUM AUTO", "automatic"), ("1.4 TFSI S TRONIC", "automatic"), ("1.6 SENSE TM", "manual"), ("1.6", None)],
)
def test_transmission_is_read_from_the_version(tmp_path, version, transmission):
    assert one(tmp_path, f"1,1,1.0,Seat,Ibiza,2019,{version},Sí,,,,Sí").transmission == transmission


@pytest.mark.parametrize(("make", "model"), [("Mazda", "3"), ("Mazda", "Mazda 3"), ("MAZDA", "mazda3")])
def test_a_name_has_several_spellings(tmp_path, make, model):
    car = one(tmp_path, f"1,1,1.0,{make},{model},2019,I,,,,,")
    assert same_name(car, "Mazda", "Mazda 3")
    assert same_name(car, "Mazda", "3")
    assert not same_name(car, "Mazda", "Mazda 2")


def test_names_are_compared_without_accents_blanks_and_hyphens():
    assert key("CX-5") == key("cx 5") == "cx5"
    assert key("Škoda Fabía") == "skodafabia"


def test_prices_are_exact(tmp_path):
    assert one(tmp_path, "1,1,461999.0,Kia,FORTE,2019,EX,,,,,").price == Decimal(461999)
