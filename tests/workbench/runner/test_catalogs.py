from __future__ import annotations

from pathlib import Path

import pytest

from bot_core.errors import CatalogError
from workbench.runner.catalogs import CatalogShelf

HEADER = "stock_id,km,price,make,model,year,version,bluetooth,largo,ancho,altura,car_play"
DEFAULT = f"{HEADER}\n1,45000,229999,Nissan,Versa,2019,Sense,Sí,4492,1740,1475,\n"
OTHER = f"{HEADER}\n9,10,410000,Audi,A1,2022,Ego,,,,,\n8,20,310000,Audi,A1,2020,Ego,,,,,\n"


@pytest.fixture
def shelf(tmp_path: Path) -> CatalogShelf:
    default = tmp_path / "cars.csv"
    default.write_text(DEFAULT, encoding="utf-8")
    return CatalogShelf(tmp_path / "catalogs", default)


def test_without_a_choice_the_default_file_is_used(shelf: CatalogShelf):
    catalog = shelf.get(None)
    assert (catalog.catalog_id, catalog.name, len(catalog.cars.cars)) == (None, "cars.csv", 1)


def test_an_uploaded_file_is_found_again_by_another_process(shelf: CatalogShelf, tmp_path: Path):
    added = shelf.add("mis autos.csv", OTHER.encode("utf-8-sig"))
    again = CatalogShelf(tmp_path / "catalogs", tmp_path / "cars.csv").get(added.catalog_id)
    assert again.name == "mis autos.csv"
    assert [car.stock_id for car in again.cars.cars] == ["9", "8"]


def test_the_same_content_is_kept_once(shelf: CatalogShelf, tmp_path: Path):
    first, second = shelf.add("a.csv", OTHER.encode()), shelf.add("b.csv", OTHER.encode())
    assert first.catalog_id == second.catalog_id
    assert len(list((tmp_path / "catalogs").rglob("*.csv"))) == 1


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", HEADER.encode(), b"stock_id,km\n1,2\n"])
def test_a_broken_file_is_refused_and_leaves_nothing_behind(shelf: CatalogShelf, tmp_path: Path, content: bytes):
    with pytest.raises(CatalogError):
        shelf.add("malo.csv", content)
    assert not (tmp_path / "catalogs").exists()


@pytest.mark.parametrize("catalog_id", ["../../etc/passwd", "0123456789abcdef", "", "x" * 16, "0123456789ABCDEF"])
def test_an_id_that_is_not_on_the_shelf_means_the_default(shelf: CatalogShelf, catalog_id: str):
    assert shelf.get(catalog_id).catalog_id is None


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/pass wd.csv", "pass wd.csv"),
        ("C:\\autos\\mis autos (1).csv", "mis autos (1).csv"),
        ("<b>x</b>.csv", "b_.csv"),
        (".csv", "catalogo.csv"),
        ("á" * 200 + ".csv", "á" * 80 + ".csv"),
    ],
)
def test_the_name_of_an_upload_never_leaves_the_shelf(shelf: CatalogShelf, tmp_path: Path, name: str, kept: str):
    path = shelf.add(name, OTHER.encode()).path
    assert path.name == kept
    assert path.parent.parent == tmp_path / "catalogs"
