"""The catalogue as others use it: by id, from files, with names as customers write them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bot_core.catalog.car import CarWish, SearchCriteria
from bot_core.catalog.service import CarDataService
from bot_core.errors import CatalogError
from tests.fakes.cars import CSV, small_catalog
from tests.fakes.catalogues import car


def test_from_a_file_and_from_text(tmp_path: Path) -> None:
    path = tmp_path / "cars.csv"
    path.write_text(CSV, encoding="utf-8")
    from_file, from_text = CarDataService.from_csv(path), CarDataService.from_text(CSV, source="upload.csv")
    assert from_file.cars == from_text.cars
    assert (from_file.source, from_text.source) == (str(path), "upload.csv")
    assert from_file.fingerprint == from_text.fingerprint


def test_a_faulty_upload_names_itself() -> None:
    with pytest.raises(CatalogError, match=r"upload\.csv: wrong columns"):
        CarDataService.from_text("a,b\n1,2\n", source="upload.csv")


def test_by_id() -> None:
    catalog = small_catalog()
    found = catalog.get("1001")
    assert found is not None
    assert found.label == "Nissan Versa ADVANCE AUTO 2019"
    assert catalog.get("1") is None


def test_the_fingerprint_tells_catalogues_apart() -> None:
    one, other = CarDataService([car("1")]), CarDataService([car("1", price=1)])
    assert one.fingerprint == CarDataService([car("1")]).fingerprint != other.fingerprint
    assert len(one.fingerprint) == 64


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (("nisan", "vversa"), ("Nissan", "Versa")),
        ((None, "yeta"), ("Volkswagen", "Jetta")),
        (("onda", "crv"), ("Honda", "CR-V")),
        (("Volswagen", None), ("Volkswagen", None)),
        ((None, "cx 5"), ("Mazda", "CX-5")),
        (("peugeot", "2008"), ("Peugeot", "2008")),
        (("Tesla", "Model 3"), ("Tesla", "Model 3")),
        (("Lada", "Niva"), ("Lada", "Niva")),
    ],
)
def test_names_as_customers_write_them(
    said: tuple[str | None, str | None], meant: tuple[str | None, str | None]
) -> None:
    wish = small_catalog().resolve(*said)
    assert (wish.make, wish.model) == meant


def test_a_misspelt_wish_finds_its_cars() -> None:
    catalog = small_catalog()
    wish = catalog.resolve("nisan", "vversa", "advance")
    result = catalog.search(SearchCriteria(wishes=(wish,), price_max=Decimal(250_000)))
    assert [ranked.car.stock_id for ranked in result.cars] == ["1003", "1001"]
    assert result.absent == ()


def test_a_name_that_is_nowhere_is_absent() -> None:
    result = small_catalog().search(SearchCriteria(wishes=(CarWish(model="Batimóvil"),)))
    assert result.absent == (CarWish(model="Batimóvil"),)
