"""Catalogue files that people upload: kept by content, so that a reload or a second tab finds them again."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot_core.catalog.service import CarDataService
from bot_core.errors import CatalogError
from bot_core.messages import new_id
from bot_core.wiring import load_catalog

_ID = re.compile(r"[0-9a-f]{16}")
_ODD = re.compile(r"[^\w .()-]+")
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Catalog:
    catalog_id: str | None
    """None for the default file."""
    path: Path
    cars: CarDataService

    @property
    def name(self) -> str:
        """As the person who uploaded it named the file."""
        return self.path.name


class CatalogShelf:
    """The default catalogue and the uploaded ones, `folder/<id>/<name>`. Safe to use from several threads."""

    def __init__(self, folder: Path, default: Path) -> None:
        self._folder = folder
        self._default = default

    def add(self, name: str, content: bytes) -> Catalog:
        """Check and keep an uploaded CSV. Raises CatalogError that names every faulty row and column."""
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise CatalogError(f"{name}: not UTF-8 (byte {error.start})", hint="save it again as CSV UTF-8") from error
        cars = CarDataService.from_text(text, source=name)
        catalog_id = hashlib.sha256(content).hexdigest()[:16]
        path = self._kept(catalog_id) or self._folder / catalog_id / _file_name(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Whole or not at all: an experiment of another process may be reading it.
        written = path.with_name(f".{new_id()}")
        written.write_bytes(content)
        written.replace(path)
        return Catalog(catalog_id, path, cars)

    def get(self, catalog_id: str | None) -> Catalog:
        """The catalogue of that id; the default one for None or an id that is not (or no longer) here."""
        path = self._kept(catalog_id) if catalog_id and _ID.fullmatch(catalog_id) else None
        if path is None:
            return Catalog(None, self._default, load_catalog(self._default))
        return Catalog(catalog_id, path, load_catalog(path))

    def rows(self, catalog_id: str | None, stock_ids: Sequence[str]) -> tuple[tuple[int, dict[str, str]], ...]:
        """Number of the line in the file, from 1, and its cells as they are written; those that the file has."""
        wanted = set(stock_ids)
        path = self.get(catalog_id).path
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            return tuple((reader.line_num, row) for row in reader if row.get("stock_id") in wanted)

    def _kept(self, catalog_id: str) -> Path | None:
        return next((self._folder / catalog_id).glob("*.csv"), None)


def _file_name(name: str) -> str:
    """The last part of an untrusted name, without what a file system could misread."""
    stem = _ODD.sub("_", Path(name.replace("\\", "/")).name.removesuffix(".csv")).strip(" .")
    return f"{stem[:_LONGEST_NAME] or 'catalogo'}.csv"
