"""From a CSV file to cars. A faulty file is refused whole, with every fault named: nothing is dropped silently."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from bot_core.catalog import cells
from bot_core.catalog.car import Car
from bot_core.catalog.inference import inferred_transmission
from bot_core.catalog.reference import market_reference
from bot_core.catalog.spelling import Spelling
from bot_core.errors import CatalogError, RowProblem

COLUMNS = (
    "stock_id", "km", "price", "make", "model", "year", "version", "bluetooth", "largo", "ancho", "altura", "car_play",
)  # fmt: skip
_HINT = "the format is in docs/catalog-format.md"

Value = TypeVar("Value")


def read_cars(path: Path) -> tuple[Car, ...]:
    """All cars of the file, in its order. Raises CatalogError."""
    return parse_cars(_text(path), source=str(path))


def parse_cars(text: str, *, source: str) -> tuple[Car, ...]:
    """All cars of a CSV text. Raises CatalogError that names `source`, rows (the header is row 1) and columns."""
    rows = _filled_rows(text.removeprefix("\ufeff"), source)
    _, first = next(rows, (0, None))
    if first is None:
        raise CatalogError(f"{source}: the file is empty", hint=_HINT)
    header = [name.strip() for name in first]
    _check_header(header, source)
    cars = _Rows(header, source).cars(rows)
    if not cars:
        raise CatalogError(f"{source}: there is a header but no car", hint=_HINT)
    return cars


def _filled_rows(text: str, source: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of every row that is not blank, one at a time: a large file is never held twice."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, row
    except csv.Error as error:
        raise CatalogError(f"{source}: not a CSV file: row {reader.line_num}: {error}", hint=_HINT) from error


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
    if len(header) == 1 and (other := next((sign for sign in ";\t|" if sign in header[0]), None)):
        raise CatalogError(f"{source}: the columns are separated by {other!r}, not by commas", hint=_HINT)
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
        self._spelling = Spelling(market_reference())
        self._known_versions: dict[str, str] = {}
        """One string for each distinct version: thousands of cars share them."""

    def cars(self, rows: Iterable[tuple[int, list[str]]]) -> tuple[Car, ...]:
        """Raises CatalogError when any row has a fault."""
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
            column = self._header[min(len(row), len(self._header) - 1)]
            self._problems.append(RowProblem(line, column, fault))
            return None
        values = {name: cell.strip() for name, cell in zip(self._header, row, strict=True)}
        before = len(self._problems)

        def take(column: str, convert: Callable[[str], Value], default: Value) -> Value:
            try:
                return convert(values[column])
            except ValueError as error:
                self._problems.append(RowProblem(line, column, str(error)))
                return default

        self._check_unique(line, values["stock_id"])
        make_text, model_text = take("make", cells.required, ""), take("model", cells.required, "")
        make, model, body_type = self._spelling.names(make_text, model_text)
        version = self._known_versions.setdefault(values["version"], values["version"])
        car = Car(
            stock_id=take("stock_id", cells.required, ""),
            make=make,
            model=model,
            version=version,
            year=take("year", cells.year, 0),
            price=take("price", cells.price, Decimal(0)),
            km=take("km", cells.kilometres, 0),
            bluetooth=take("bluetooth", cells.yes_or_unknown, None),
            car_play=take("car_play", cells.yes_or_unknown, None),
            length_mm=take("largo", cells.millimetres, None),
            width_mm=take("ancho", cells.millimetres, None),
            height_mm=take("altura", cells.millimetres, None),
            transmission=inferred_transmission(version),
            body_type=body_type,
        )
        return car if len(self._problems) == before else None

    def _check_unique(self, line: int, stock_id: str) -> None:
        if stock_id and stock_id in self._seen:
            self._problems.append(RowProblem(line, "stock_id", f"{stock_id} stands in row {self._seen[stock_id]} too"))
        self._seen[stock_id] = line
