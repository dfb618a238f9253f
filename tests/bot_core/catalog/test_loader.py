"""A good file becomes cars; a faulty one is refused whole, with row and column of every fault."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot_core.catalog.car import Car
from bot_core.catalog.loader import COLUMNS, parse_cars, read_cars
from bot_core.errors import CatalogError, RowProblem
from bot_core.intents import BodyType, Transmission

HEADER = ",".join(COLUMNS)
GOOD = {
    "stock_id": "1", "km": "45000", "price": "215999.0", "make": "Nissan", "model": "Versa", "year": "2019",
    "version": "1.6 ADVANCE AUTO", "bluetooth": "Sí", "largo": "4492.0", "ancho": "1740", "altura": "1475",
    "car_play": "",
}  # fmt: skip


def line(**changes: str) -> str:
    return ",".join({**GOOD, **changes}.values())


def load(*lines: str, header: str = HEADER, end: str = "\n") -> tuple[Car, ...]:
    return parse_cars(end.join((header, *lines, "")), source="cars.csv")


def problems(*lines: str, header: str = HEADER) -> list[tuple[int, str]]:
    with pytest.raises(CatalogError) as caught:
        load(*lines, header=header)
    assert str(caught.value).startswith("cars.csv: ")
    assert "\n" not in str(caught.value)
    return [(problem.row, problem.column) for problem in caught.value.problems]


def test_a_row_becomes_a_car() -> None:
    assert load(line()) == (
        Car(
            stock_id="1", make="Nissan", model="Versa", version="1.6 ADVANCE AUTO", year=2019, price=Decimal(215999),
            km=45000, bluetooth=True, car_play=None, length_mm=4492, width_mm=1740, height_mm=1475,
            transmission=Transmission.AUTOMATIC, body_type=BodyType.SEDAN,
        ),
    )  # fmt: skip


def test_blank_means_unknown_never_no() -> None:
    [car] = load(line(bluetooth="", car_play="", largo="", ancho="", altura="", version=""))
    assert car.bluetooth is None
    assert car.car_play is None
    assert (car.length_mm, car.width_mm, car.height_mm) == (None, None, None)
    assert car.transmission is None
    assert car.label == "Nissan Versa 2019"


@pytest.mark.parametrize(
    ("written", "price"),
    [("461999.0", "461999"), ("461999", "461999"), ("461999.50", "461999.50"), ("461999.005", "461999.01"),
     ("4.61999e5", "461999"), (" 461999 ", "461999"), ("461998.99999999994", "461999")],
)  # fmt: skip
def test_prices_as_stock_lists_write_them(written: str, price: str) -> None:
    [car] = load(line(price=written))
    assert str(car.price) == price


@pytest.mark.parametrize(
    ("make", "model", "shown"),
    [
        ("Kia", "FORTE", "Kia Forte"), ("KIA", "forte", "Kia Forte"), ("Mercedes Benz", "Clase C",
        "Mercedes-Benz Clase C"),
        ("Mercedes-Benz", "CLASE C", "Mercedes-Benz Clase C"), ("Peugeot", "208", "Peugeot 208"), ("mazda",
        "CX 5", "Mazda CX-5"),
        ("Volkswagen", "tcross", "Volkswagen T-Cross"), ("Tucker", "Torpedo", "Tucker Torpedo"), ("tucker",
        "torpedo", "Tucker Torpedo"),
        ("比亚迪", "汉", "比亚迪 汉"),
    ],
)  # fmt: skip
def test_one_spelling_for_each_name(make: str, model: str, shown: str) -> None:
    [car] = load(line(make=make, model=model, version=""))
    assert car.label == f"{shown} 2019"


def test_names_that_the_market_does_not_know_keep_the_first_spelling_and_stay_apart() -> None:
    cars = load(
        line(make="Tucker", model="Torpedo"),
        line(stock_id="2", make="TUCKER", model="TORPEDO"),
        line(stock_id="3", make="比亚迪", model="汉"),
        line(stock_id="4", make="蔚来", model="汉"),
    )
    assert [(car.make, car.model) for car in cars] == [
        ("Tucker", "Torpedo"), ("Tucker", "Torpedo"), ("比亚迪", "汉"), ("蔚来", "汉"),
    ]  # fmt: skip
    assert {car.body_type for car in cars} == {None}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_blank_lines_and_quotes(end: str) -> None:
    cars = load(
        "", line(version='"ADVANCE, ""PLUS"" CVT"'), ",,,,,,,,,,,", "   ", line(stock_id="2", make='"Nissan"'), end=end
    )
    assert [car.version for car in cars] == ['ADVANCE, "PLUS" CVT', "1.6 ADVANCE AUTO"]


def test_columns_may_stand_in_any_order() -> None:
    values = GOOD | {"stock_id": "77"}
    names = list(reversed(COLUMNS))
    [car] = load(",".join(values[name] for name in names), header=" , ".join(names))
    assert (car.stock_id, car.length_mm) == ("77", 4492)


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    path = tmp_path / "cars.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEADER}\r\n{line(car_play='Sí')}\r\n".encode())
    [car] = read_cars(path)
    assert car.car_play is True
    assert parse_cars("\ufeff" + f"{HEADER}\n{line()}", source="x")[0].stock_id == "1"


@pytest.mark.parametrize(
    ("column", "cell", "why"),
    [
        ("stock_id", "", "is blank"), ("make", " ", "is blank"), ("model", "", "is blank"),
        ("km", "", "is blank"), ("km", "12 mil", "not a number"), ("km", "1.5", "not a whole number"), ("km",
        "-1", "not a distance"),
        ("km", "1e999999999", "not a number"), ("km", "9999999", "not a distance"),
        ("price", "", "is blank"), ("price", "0", "not a price"), ("price", "-5", "not a price"), ("price",
        "$215999", "not a number"),
        ("price", "NaN", "not a number"), ("price", "Infinity", "not a number"), ("price", "1e99", "not a number"),
        ("price", "0.001", "not a price"), ("price", "1e-999999", "not a number"),
        ("year", "", "is blank"), ("year", "19", "not a year"), ("year", "2099", "not a year"), ("year",
        "2019.5", "not a whole number"),
        ("bluetooth", "No", "neither Sí nor blank"), ("car_play", "x", "neither Sí nor blank"),
        ("largo", "4.49", "not a length in mm"), ("ancho", "wide", "not a number"), ("altura", "1e999999",
        "not a number"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_named_with_row_and_column(column: str, cell: str, why: str) -> None:
    with pytest.raises(CatalogError) as caught:
        load(line(stock_id="9"), line(**{column: cell}))
    [problem] = caught.value.problems
    assert (problem.row, problem.column) == (3, column)
    assert why in problem.message
    assert f"row 3, column {column}" in str(caught.value)


@pytest.mark.parametrize("cell", ["Sí", "Si", "SI", "sí", " sí "])
def test_yes_in_any_spelling(cell: str) -> None:
    assert load(line(bluetooth=cell))[0].bluetooth is True


def test_every_fault_of_a_file_is_reported_at_once() -> None:
    found = problems(
        line(km="x", price="y"),
        line(stock_id="2"),
        line(stock_id="3", year="soon"),
        "1,2,3",
        line(stock_id="4") + ",extra",
    )
    assert found == [(2, "price"), (2, "km"), (4, "year"), (5, "make"), (6, "car_play")]


def test_a_long_list_of_faults_stays_one_line() -> None:
    with pytest.raises(CatalogError) as caught:
        load(*(line(stock_id=str(number), km="x") for number in range(40)))
    assert len(caught.value.problems) == 40
    assert str(caught.value).startswith("cars.csv: 40 faults")
    assert str(caught.value).endswith("and 35 more")


def test_a_repeated_stock_id_names_both_rows() -> None:
    with pytest.raises(CatalogError) as caught:
        load(line(stock_id="7"), line(stock_id="8"), line(stock_id="7"))
    assert caught.value.problems == (RowProblem(4, "stock_id", "7 stands in row 2 too"),)


def test_rows_are_counted_as_an_editor_does() -> None:
    assert problems("", line(), "", line(stock_id="2", km="x")) == [(5, "km")]
    assert problems(line(version='"two\nlines"'), line(stock_id="2", km="x")) == [(4, "km")]


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (HEADER.replace(",car_play", ""), [(1, "car_play")]),
        (HEADER + ",color", [(1, "color")]),
        (HEADER + ",", [(1, "(blank)")]),
        (HEADER + ",price", [(1, "price")]),
        (HEADER.replace("largo", "Largo"), [(1, "largo"), (1, "Largo")]),
        ("a,b", [*((1, name) for name in COLUMNS), (1, "a"), (1, "b")]),
    ],
)
def test_a_wrong_header_names_its_columns(header: str, found: list[tuple[int, str]]) -> None:
    assert problems(line(), header=header) == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        (HEADER + "\n", "there is a header but no car"),
        (HEADER.replace(",", ";") + "\n", "separated by ';', not by commas"),
        (HEADER.replace(",", "\t") + "\n", "separated by '\\t', not by commas"),
        (f'{HEADER}\n{line(version=chr(34) + "never closed")}\n', "not a CSV file: row 2"),
        ('%PDF-1.7\n1 0 obj <<>>\n', "wrong columns"),
        ("\x00\x01\x02", "wrong columns"),
    ],
)  # fmt: skip
def test_what_is_no_catalogue_says_so(text: str, message: str) -> None:
    with pytest.raises(CatalogError, match=r"cars\.csv") as caught:
        parse_cars(text, source="cars.csv")
    assert message in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    latin = tmp_path / "latin.csv"
    latin.write_bytes(f"{HEADER}\n{line(bluetooth='Sí')}\n".encode("latin-1"))
    for path, message in (
        (tmp_path / "none.csv", "no such file"),
        (tmp_path, "cannot be read"),
        (latin, "not UTF-8 (byte"),
    ):
        with pytest.raises(CatalogError) as caught:
            read_cars(path)
        assert str(path) in str(caught.value)
        assert message in str(caught.value)


CELL = st.text(max_size=12)


@given(rows=st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, CELL)), max_size=4))
def test_any_cells_are_read_or_refused(rows: list[dict[str, str]]) -> None:
    try:
        cars = load(*(",".join(row.values()) for row in rows))
    except CatalogError as error:
        assert all(problem.column in COLUMNS for problem in error.problems)
    else:
        assert len(cars) == sum(any(cell.strip() for cell in row.values()) for row in rows)


@given(text=st.text(max_size=300) | st.binary(max_size=300).map(lambda data: data.decode("latin-1")))
def test_any_text_is_refused_with_a_catalog_error(text: str) -> None:
    with pytest.raises(CatalogError):
        parse_cars(text, source="cars.csv")


@given(
    price=st.decimals(min_value=Decimal("0.01"), max_value=Decimal("999999.99"), places=2),
    km=st.integers(0, 2_999_999),
    year=st.integers(1980, 2026),
    length=st.none() | st.integers(500, 12_000),
)
def test_what_is_written_is_read(price: Decimal, km: int, year: int, length: int | None) -> None:
    [car] = load(line(price=str(price), km=f"{km}.0", year=str(year), largo="" if length is None else f"{length}.0"))
    assert (car.price, car.km, car.year, car.length_mm) == (price, km, year, length)
