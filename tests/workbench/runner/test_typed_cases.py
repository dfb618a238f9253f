from __future__ import annotations

from typing import Any

import pytest

from bot_core.errors import CaseFault
from workbench.evaluation.dataset.tags import load_tags
from workbench.runner import typed_cases
from workbench.runner.typed_cases import checked_case, typed_turns
from workbench.texts.problems import case_fault
from workbench.texts.texts import LANGUAGES, table

LATE = """
- say: hola
- say: busco un versa
  expect:
    intents: [car_recommendation]
    {}
"""


def fault_of(typed: str, **changes: Any) -> CaseFault:
    body = {"id": "propio-x", "why": "un caso cualquiera", **changes}
    with pytest.raises(CaseFault) as caught:
        checked_case(body | {"turns": typed_turns(typed)}, typed, load_tags())
    return caught.value


@pytest.mark.parametrize(
    ("typed", "kind", "field", "line"),
    [
        ("- [", "no_yaml", "", 2),
        ("- say: hola\n  expect: {cars: fit\n", "no_yaml", "", 3),
        ("- say: 2026-13-45", "no_yaml", "", None),
        ("- ? [a]\n  : b", "no_yaml", "", 1),
        ("a: b", "no_turns", "", 1),
        ("", "no_turns", "", 1),
        ("- say: hola\n  say: adiós", "key_twice", "say", 2),
        ("- hola", "no_fields", "", 1),
        ("- expect: {cars: fit}", "missing", "say", 1),
        (LATE.format("cars: many"), "choice", "expect.cars", 6),
        (LATE.format("asks: algo"), "choice", "expect.asks", 6),
        (
            LATE.format("intents: [saludar]").replace("intents: [car_recommendation]", "cars: fit"),
            "choice",
            "expect.intents.0",
            6,
        ),
        (LATE.format("cars: [fit]"), "no_fields", "expect.cars", 6),
        (LATE.format("boundary: 5"), "other", "expect.boundary", 6),
        (LATE.format("carros: fit"), "unknown_field", "expect.carros", 6),
        (LATE.format("cars: {year_min: viejo}"), "no_number", "expect.cars.year_min", 6),
        (LATE.format("plan:\n      term: 0\n      price: 1"), "too_little", "expect.plan.term", 7),
        (LATE.format("plan: {term: 48}"), "car_or_price", "expect.plan", 6),
        (LATE.format("absent: {}"), "car_without_name", "expect.absent.0", 6),
        (LATE.format("says: hola"), "no_list", "expect.says", 6),
        (LATE.format("opted_out: tal vez"), "no_yes_or_no", "expect.opted_out", 6),
        (LATE.format("says: [1]"), "no_text", "expect.says.0", 6),
        ("- say: []", "empty", "say", 1),
        ("- say: hola\n" * 13, "too_many", "", None),
    ],
)
def test_a_fault_has_a_name_a_field_and_the_line_that_was_typed(typed: str, kind: str, field: str, line: int | None):
    fault = fault_of(typed)
    assert (fault.kind, fault.field) == (kind, field)
    assert fault.line == line or kind == "too_many"


def test_what_is_typed_in_other_fields_has_no_line():
    assert case_fault(fault_of("- say: hola", why="corto")) == "«Por qué es un caso»: Escribe por lo menos 8 letras."
    unknown = fault_of("- say: hola", tags=["no-such-tag"])
    assert case_fault(unknown) == "«Etiquetas»: La etiqueta «no-such-tag» no existe."
    assert case_fault(fault_of("- say: hola", tags=["safety"])).startswith("«Etiquetas»: «seguridad» va junto")


def test_a_fault_is_said_in_one_line_without_a_word_of_the_library():
    said = case_fault(fault_of(LATE.format("cars: many")))
    assert said.startswith("línea 6, «expect.cars»: Solo puede ser uno de estos valores: fit, ")
    assert "\n" not in said
    assert case_fault(fault_of("- [")).startswith("línea 2: No se entiende desde aquí")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_has_words_in_both_languages(language: str):
    kinds = {"no_yaml", "no_turns", "key_twice", "unknown_tag", "lone_safety", "no_number", "choice", "other"}
    kinds |= {*typed_cases._KINDS.values(), *typed_cases._OURS.values()}
    assert table(language)["case_faults"].keys() == kinds
