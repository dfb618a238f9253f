"""Errors as product people read them: one line in Spanish, what happened and what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot_core.errors import CaseFault, CatalogError, DatasetError, KavakBotError, RowProblem, StoreError
from workbench.texts.texts import filled, section, text

_QUOTED = r"('.*'|\".*\")"
_FAULTS = {
    r"(\d+) cells where the header has (\d+)": "cells",
    r"(.+) stands in row (\d+) too": "twice",
    rf"{_QUOTED} is not a number": "not_number",
    rf"{_QUOTED} is not a whole number": "not_whole",
    rf"{_QUOTED} is not a price in MXN": "not_price",
    rf"{_QUOTED} is not a distance in km": "not_km",
    rf"{_QUOTED} is not a year from (\d+) to (\d+)": "not_year",
    rf"{_QUOTED} is not a length in mm from (\d+) to (\d+)": "not_mm",
    rf"{_QUOTED} is neither Sí nor blank": "not_yes",
}
_SIGNS = {
    "the file is empty": "CatalogEmpty",
    "there is a header but no car": "CatalogNoCars",
    "not UTF-8": "CatalogNotUtf8",
    "not a CSV file": "CatalogNotCsv",
    "has it open": "StoreInUse",
}
"""What a message says where the class alone says too little."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of an uploaded file, ready to show."""

    row: int
    column: str
    message: str


def say(error: BaseException) -> str:
    """One line for any error; what is not ours is said in general words, never as a traceback."""
    known = section("problems")
    if isinstance(error, CatalogError | StoreError):
        for sign, name in _SIGNS.items():
            if sign in str(error.args[0] if error.args else ""):
                return known[name]
    names = (kind.__name__ for kind in type(error).__mro__)
    return known[next((name for name in names if name in known), KavakBotError.__name__)]


def faults(error: CatalogError) -> tuple[Fault, ...]:
    return tuple(Fault(problem.row, problem.column, _fault(problem)) for problem in error.problems)


def case_fault(error: DatasetError) -> str:
    """What is wrong with a case that somebody typed, with the field and the line: "línea 3, «expect.cars»: …"."""
    if not isinstance(error, CaseFault):
        return say(error)
    said = filled(section("case_faults")[error.kind], detail=error.detail)
    field = section("case_fields").get(error.field, error.field)
    line = text("case.at_line", line=error.line) if error.line else ""
    named = text("case.at_field", field=field) if field else ""
    where = ", ".join(place for place in (line, named) if place)
    return f"{where}: {said}" if where else said


def _fault(problem: RowProblem) -> str:
    fixed = section("faults").get(problem.message)
    if fixed:
        return fixed
    for pattern, name in _FAULTS.items():
        if found := re.fullmatch(pattern, problem.message):
            return filled(section("faults")[name], *found.groups())
    return problem.message
