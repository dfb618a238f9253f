"""From the files of a folder to cases, checked whole: the first fault names file, case and field."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot_core.errors import DatasetError
from bot_core.settings import PROJECT_ROOT
from workbench.evaluation.dataset.case import SAFETY_TAG, Case
from workbench.evaluation.dataset.faults import field_of, telling_fault
from workbench.evaluation.dataset.tags import TagTable, load_tags
from workbench.evaluation.dataset.yaml_files import read_yaml

GOLDEN_FOLDER = PROJECT_ROOT / "datasets" / "golden"
OWN_SPLIT = "propios"
"""The cases that people made of conversations in the simulator: beside the shipped ones, never among them."""
SPLITS = ("smoke", "golden", "recorded", "safety", OWN_SPLIT)
OWN_FOLDER = "cases"
"""Under the data folder."""
_HINT = "the format is in datasets/README.md"


@dataclass(frozen=True)
class Dataset:
    """All cases, by id."""

    cases: tuple[Case, ...]
    tags: TagTable
    files: Mapping[str, Path] = field(default_factory=dict)
    """Where each case is written, by id."""
    own: tuple[Case, ...] = ()
    """Made in the simulator; no part of `cases` or of the digest."""

    def split(self, name: str) -> tuple[Case, ...]:
        """A named subset. Raises DatasetError for an unknown name or an empty split."""
        match name:
            case "golden":
                chosen = self.cases
            case "safety":
                chosen = tuple(case for case in self.cases if case.is_safety)
            case "smoke" | "recorded":
                chosen = tuple(case for case in self.cases if name in case.splits)
            case "propios":
                chosen = self.own
            case _:
                raise DatasetError(f"no split {name!r}", hint=f"known: {', '.join(SPLITS)}")
        if not chosen:
            raise DatasetError(f"the split {name!r} holds no case")
        return chosen

    def starting_with(self, prefix: str) -> Dataset:
        """Only the cases whose id starts with `prefix`. Raises DatasetError when there is none."""
        chosen = tuple(case for case in self.cases if case.id.startswith(prefix))
        own = tuple(case for case in self.own if case.id.startswith(prefix))
        if not chosen and not own:
            raise DatasetError(f"no case starts with {prefix!r}")
        return Dataset(chosen, self.tags, self.files, own)

    @cached_property
    def digest(self) -> str:
        return cases_digest(self.cases)


def cases_digest(cases: Iterable[Case]) -> str:
    """12 hexadecimal digits that change with any word of any case."""
    digest = hashlib.sha256()
    for case in cases:
        digest.update(case.model_dump_json().encode())
    return digest.hexdigest()[:12]


def load_dataset(folder: Path | None = None, *, tags: TagTable | None = None, own: Path | None = None) -> Dataset:
    """Every case of the `*.yaml` files of `folder` (default datasets/golden), and those of the folder `own`, which may
    be empty or missing. Raises DatasetError."""
    folder = folder or GOLDEN_FOLDER
    tags = tags or load_tags()
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise DatasetError(f"{folder}: no case file (*.yaml)", hint=_HINT)
    origin: dict[str, Path] = {}
    cases = _read(files, tags, origin)
    added = _read(sorted(own.glob("*.yaml")), tags, origin) if own else ()
    return Dataset(cases, tags, origin, added)


def _read(files: Iterable[Path], tags: TagTable, origin: dict[str, Path]) -> tuple[Case, ...]:
    """The cases of `files`; notes in `origin` where each is written."""
    cases: list[Case] = []
    for file in files:
        for case in _cases_of(file, tags):
            if case.id in origin:
                raise DatasetError(f"{file}: case {case.id}: id: already used in {origin[case.id].name}")
            origin[case.id] = file
            cases.append(case)
    return tuple(cases)


def _cases_of(file: Path, tags: TagTable) -> Iterator[Case]:
    rows = read_yaml(file)
    if not isinstance(rows, list) or not rows:
        raise DatasetError(f"{file}: a list of cases is needed", hint=_HINT)
    for position, row in enumerate(rows, start=1):
        case = _parsed(row, file, position)
        _check_tags(case, file, tags)
        yield case


def _parsed(row: Any, file: Path, position: int) -> Case:
    name = row.get("id") if isinstance(row, dict) else None
    label = f"case {name}" if isinstance(name, str) else f"case number {position}"
    try:
        return Case.model_validate(row)
    except ValidationError as error:
        fault = telling_fault(error)
        field = field_of(fault["loc"], single="say" in row if isinstance(row, dict) else False)
        raise DatasetError(f"{file}: {label}: {field}: {fault['msg']}", hint=_HINT) from error


def _check_tags(case: Case, file: Path, tags: TagTable) -> None:
    unknown = [tag for tag in case.tags if tag not in tags.names]
    if unknown:
        raise DatasetError(f"{file}: case {case.id}: tags: {unknown[0]!r} is not in datasets/tags.yaml")
    attacks = [tag for tag in case.tags if tag in tags.attacks]
    if case.is_safety != bool(attacks):
        wanted = "a kind of attack" if case.is_safety else f"the tag {SAFETY_TAG!r}"
        raise DatasetError(f"{file}: case {case.id}: tags: {wanted} is missing")
