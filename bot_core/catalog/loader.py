"""From a CSV file to cars. A faulty file is refused whole, with every faulty row and column named: nothing is dropped."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar

from bot_core.catalog.car import Car
from bot_core.catalog.inference import inferred_transmission
from bot_core.catalog.reference import MarketReference, market_reference, name_key
from bot_core.errors import CatalogError, RowProblem
from bot_core.intents import BodyType
from bot_core.normalization import fold

COLUMNS = (
    "stock_id", "km", "price", "make", "model", "year", "version", "bluetooth", "largo", "ancho", "altura", "car_play",
)  # fmt: skip
OLDEST_YEAR = 1980
_DIMENSIONS_MM = (500, 12_000)
_HINT = "the format is in docs/catalog-format.md"

Value = TypeVar("Value")


def read_cars(path: Path) -> tuple[Car, ...]:
    """All cars of the file, in its order. Raises CatalogError."""
    return parse_cars(_text(path), source=str(path))


def parse_cars(text: str, *, source: str) -> tuple[Car, ...]:
    """All cars of a CSV text. Raises CatalogError that names `source`, rows (the header is row 1) and columns."""
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise CatalogError(f"{source}: not a CSV file: {error}", hint=_HINT) from error
    if not rows:
        raise CatalogError(f"{source}: the file is empty", hint=_HINT)
    header = [name.strip() for name in rows[0][1]]
    _check_header(header, source)
    filled = [(line, row) for line, row in rows[1:] if any(cell.strip() for cell in row)]
    if not filled:
        raise CatalogError(f"{source}: there is a header but no car", hint=_HINT)
    return _Rows(header, source).cars(filled)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise CatalogError(f"{path}: no such file", hint=_HINT) from error
    except OSError as error:
        raise CatalogError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CatalogError(f"{path}: not UTF-8 (byte {error.start})", hint="save it again as CSV UTF-8") from error


def _check_header(header: Sequence[str], source: str) -> None:
    problems = [RowProblem(1, name, "column is missing") for name in COLUMNS if name not in header]
    problems += [RowProblem(1, name or "(blank)", "unknown column") for name in header if name not in COLUMNS]
    problems += [RowProblem(1, name, "column is repeated") for name, times in Counter(header).items() if times > 1]
    if problems:
        raise CatalogError(f"{source}: wrong columns", problems=tuple(problems), hint=_HINT)


class _Rows:
    """Turns rows into cars and collects what is wrong with them."""

    def __init__(self, header: Sequence[str], source: str) -> None:
        self._header = header
        self._source = source
        self._problems: list[RowProblem] = []
        self._seen: dict[str, int] = {}
        self._spelling = _Spelling(market_reference())

    def cars(self, rows: Sequence[tuple[int, list[str]]]) -> tuple[Car, ...]:
        cars = [car for line, row in rows if (car := self._car(line, row)) is not None]
        if self._problems:
            count = len(self._problems)
            raise CatalogError(
                f"{self._source}: {count} fault{'s' if count > 1 else ''}", problems=tuple(self._problems), hint=_HINT
            )
        return tuple(cars)

    def _car(self, line: int, row: list[str]) -> Car | None:
        if len(row) != len(self._header):
            fault = f"{len(row)} cells where the header has {len(self._header)}"
            self._problems.append(RowProblem(line, self._header[min(len(row), len(self._header)) - 1], fault))
            return None
        cells = {name: cell.strip() for name, cell in zip(self._header, row, strict=True)}
        before = len(self._problems)

        def take(column: str, convert: Callable[[str], Value], default: Value) -> Value:
            try:
                return convert(cells[column])
            except ValueError as error:
                self._problems.append(RowProblem(line, column, str(error)))
                return default

        self._check_unique(line, cells["stock_id"])
        make_text, model_text = take("make", _required, ""), take("model", _required, "")
        make, model, body_type = self._spelling.names(make_text, model_text)
        version = cells["version"]
        car = Car(
            stock_id=take("stock_id", _required, ""),
            make=make,
            model=model,
            version=version,
            year=take("year", _year, 0),
            price=take("price", _price, Decimal(0)),
            km=take("km", _kilometres, 0),
            bluetooth=take("bluetooth", _yes_or_unknown, None),
            car_play=take("car_play", _yes_or_unknown, None),
            length_mm=take("largo", _millimetres, None),
            width_mm=take("ancho", _millimetres, None),
            height_mm=take("altura", _millimetres, None),
            transmission=inferred_transmission(version),
            body_type=body_type,
        )
        return car if len(self._problems) == before else None

    def _check_unique(self, line: int, stock_id: str) -> None:
        if stock_id in self._seen:
            self._problems.append(RowProblem(line, "stock_id", f"{stock_id} stands in row {self._seen[stock_id]} too"))
        self._seen[stock_id] = line


class _Spelling:
    """One spelling for each make and model: the reference's, else the first one that the file uses."""

    def __init__(self, reference: MarketReference) -> None:
        self._reference = reference
        self._own: dict[str, str] = {}

    def names(self, make_text: str, model_text: str) -> tuple[str, str, BodyType | None]:
        make = self._reference.make(make_text) or self._first(make_text)
        known = self._reference.model(make, model_text)
        if known:
            return make, known.model, known.body_type
        return make, self._first(model_text), None

    def _first(self, text: str) -> str:
        display = text.title() if text.islower() else text
        return self._own.setdefault(name_key(text), display)


def _required(cell: str) -> str:
    if not cell:
        raise ValueError("is blank")
    return cell


def _number(cell: str) -> Decimal:
    try:
        value = Decimal(_required(cell))
    except InvalidOperation as error:
        raise ValueError(f"{cell!r} is not a number") from error
    if not value.is_finite():
        raise ValueError(f"{cell!r} is not a number")
    return value


def _whole(cell: str) -> int:
    value = _number(cell)
    if value != value.to_integral_value():
        raise ValueError(f"{cell!r} is not a whole number")
    return int(value)


def _price(cell: str) -> Decimal:
    value = _number(cell)
    if not 0 < value < Decimal("1e9"):
        raise ValueError(f"{cell!r} is not a price in MXN")
    return value.quantize(Decimal("0.01")) if value % 1 else value.quantize(Decimal(1))


def _kilometres(cell: str) -> int:
    value = _whole(cell)
    if not 0 <= value < 3_000_000:
        raise ValueError(f"{cell!r} is not a distance in km")
    return value


def _year(cell: str) -> int:
    value = _whole(cell)
    latest = datetime.now(UTC).year + 1
    if not OLDEST_YEAR <= value <= latest:
        raise ValueError(f"{cell!r} is not a year from {OLDEST_YEAR} to {latest}")
    return value


def _millimetres(cell: str) -> int | None:
    if not cell:
        return None
    value = int(_number(cell).to_integral_value())
    low, high = _DIMENSIONS_MM
    if not low <= value <= high:
        raise ValueError(f"{cell!r} is not a length in mm from {low} to {high}")
    return value


def _yes_or_unknown(cell: str) -> bool | None:
    """Blank is "unknown", never "no"."""
    if not cell:
        return None
    if fold(cell) != "si":
        raise ValueError(f"{cell!r} is neither Sí nor blank")
    return True
