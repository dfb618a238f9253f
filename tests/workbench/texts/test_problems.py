from __future__ import annotations

import pytest

from bot_core import errors
from bot_core.catalog.service import CarDataService
from bot_core.errors import CatalogError, StoreError
from workbench.texts.problems import faults, say
from workbench.texts.texts import section

HEADER = "stock_id,km,price,make,model,year,version,bluetooth,largo,ancho,altura,car_play"
GOOD = "1,45000,229999,Nissan,Versa,2019,Sense,Sí,4492,1740,1475,"


def refused(*lines: str) -> CatalogError:
    with pytest.raises(CatalogError) as caught:
        CarDataService.from_text("\n".join(lines), source="mis autos.csv")
    return caught.value


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("2,x,229999,Nissan,Versa,2019,S,,,,,", "km", "'x' no es un número"),
        ("2,1.5,229999,Nissan,Versa,2019,S,,,,,", "km", "'1.5' no es un número entero"),
        ("2,-4,229999,Nissan,Versa,2019,S,,,,,", "km", "'-4' no es un kilometraje"),
        ("2,10,-1,Nissan,Versa,2019,S,,,,,", "price", "'-1' no es un precio en pesos"),
        ("2,10,10,,Versa,2019,S,,,,,", "make", "está vacío"),
        ("2,10,10,Nissan,Versa,1950,S,,,,,", "year", "'1950' no es un año entre 1980 y"),
        ("2,10,10,Nissan,Versa,2019,S,No,,,,", "bluetooth", "'No' no se entiende"),
        ("2,10,10,Nissan,Versa,2019,S,,4.5,,,", "largo", "'4.5' no es una medida en milímetros entre"),
        ("1,10,10,Nissan,Versa,2019,S,,,,,", "stock_id", "1 ya está en la fila 2"),
        ("2,10,10,Nissan", "model", "tiene 4 celdas y el encabezado 12"),
    ],
)
def test_each_fault_of_a_file_is_said_in_spanish_with_its_row_and_column(row: str, column: str, said: str):
    fault = faults(refused(HEADER, GOOD, row))[0]
    assert (fault.row, fault.column) == (3, column)
    assert fault.message.startswith(said)


@pytest.mark.parametrize(
    ("header", "column", "said"),
    [
        (HEADER.replace(",version", ""), "version", "falta esta columna"),
        (HEADER + ",color", "color", "esta columna no se conoce; quítala"),
        (HEADER + ",km", "km", "la columna está repetida"),
    ],
)
def test_wrong_columns_are_named(header: str, column: str, said: str):
    assert (column, said) in [(fault.column, fault.message) for fault in faults(refused(header, GOOD))]


@pytest.mark.parametrize(("text", "said"), [("", "está vacío"), (HEADER, "ningún auto")])
def test_a_file_without_cars_is_told_apart(text: str, said: str):
    assert said in say(refused(text))


def test_every_error_of_the_tree_has_a_line():
    kinds = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, BaseException)]
    lines = {kind.__name__: say(kind.__new__(kind)) for kind in kinds if not issubclass(kind, CatalogError)}
    assert all(line and "\n" not in line for line in lines.values())
    assert lines["CircuitOpen"] == section("problems")["ModelError"]
    assert lines["CassetteError"] == section("problems")["UserError"]


def test_a_database_that_another_process_holds_is_told_apart():
    assert "Otro banco de pruebas" in say(StoreError("var/workbench.duckdb: process 12 has it open"))


def test_an_error_that_is_not_ours_shows_nothing_of_itself():
    assert "secreto" not in say(RuntimeError("secreto en /root/x.py"))
