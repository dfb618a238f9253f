"""What findings say, in both languages."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import yaml

from bot_core import guardrails
from tests.fakes.found import plans
from workbench.evaluation import findings as package
from workbench.evaluation.dataset.tags import load_tags
from workbench.evaluation.findings.details import detail_said
from workbench.evaluation.findings.labels import TABLE, label
from workbench.evaluation.findings.reasons import finding_said, reason_group, reason_said
from workbench.evaluation.findings.wording import headline_of, proven_of, reason_of, sentence_of
from workbench.texts.texts import ENGLISH, LANGUAGES, speaking

GUARDRAILS = Path(guardrails.__file__).parent
SENTENCE = re.compile(r"(?:the|this|these|no|payments) [^\n{}.]+")
DEMO = Path(__file__).parents[4] / "eval_reports" / "demo" / "report.json"


@pytest.fixture(scope="module")
def found() -> Any:
    """Twenty cases in A and B: B gets ten more plans right, and one intent wrong."""
    return package.findings((plans(range(12), "5000"), plans(range(2), "6000", intents=[19])), ["A", "B"])


def test_in_spanish_they_say_what_the_findings_hold(found: Any):
    [comparison] = found.comparisons
    assert headline_of(comparison) == comparison.headline
    assert proven_of(comparison) == comparison.proven
    assert [sentence_of(row, comparison) for row in comparison.metrics] == [row.sentence for row in comparison.metrics]
    for variant in found.variants:
        assert [reason_of(group) for group in variant.failures] == [group.reason for group in variant.failures]


def test_in_english_they_say_the_same(found: Any):
    [comparison] = found.comparisons
    with speaking(ENGLISH):
        assert headline_of(comparison).startswith("“B” is better than “A” in correct conversations: +45.0 points")
        assert proven_of(comparison)
        reasons = {reason_of(group) for variant in found.variants for group in variant.failures}
        assert label("decisions", "better") == "better"
    assert "wrong monthly payment" in reasons


def test_a_reason_names_its_parts_in_the_language_that_is_read():
    reason = "turn 2: km_max: expected 60000, got nothing"
    assert reason_group(reason) == "no entendió: kilometraje máximo"
    with speaking(ENGLISH):
        assert reason_group(reason) == "did not understand: most kilometres"


@pytest.mark.parametrize(
    ("reason", "spanish", "english"),
    [
        (
            "turn 1: expected car_recommendation; understood out_of_scope",
            "turno 1: se esperaba recomendación de autos; entendió fuera de tema",
            "turn 1: expected car recommendation; understood off topic",
        ),
        (
            "turn 2: price_max: expected 250000, got nothing",
            "turno 2: no entendió precio máximo: se esperaba $250,000",
            "turn 2: did not understand highest price: expected $250,000",
        ),
        (
            "turn 1: sort: expected cheapest, got dearest",
            "turno 1: entendió otra cosa en orden: se esperaba más barato y entendió más caro",
            "turn 1: understood something else in order: expected cheapest, understood dearest",
        ),
        (
            "turn 1: Kia Rio 2019 (1) does not fit make Kia, price_max 100000, transmission manual",
            "turno 1: Kia Rio 2019 (1) no cumple lo pedido: marca Kia, precio máximo $100,000, transmisión manual",
            "turn 1: Kia Rio 2019 (1) does not fit: make Kia, highest price $100,000, transmission manual",
        ),
        (
            "turn 1: 1 cars fit model Vitara, none was shown",
            "turno 1: autos que cumplen y no mostró: 1 (modelo Vitara)",
            "turn 1: cars that fit and were not shown: 1 (model Vitara)",
        ),
        (
            "turn 3: 60 months: 4684.95, expected 4143.15",
            "turno 3: mensualidad equivocada a 60 meses: dijo $4,684.95 y eran $4,143.15",
            "turn 3: wrong monthly payment over 60 months: $4,684.95 instead of $4,143.15",
        ),
        (
            "turn 1: the reply does not say 282392 or 282400",
            "turno 1: la respuesta no dice la cifra calculada: $282,392 o $282,400",
            "turn 1: the reply does not say the computed figure: $282,392 or $282,400",
        ),
        (
            "turn 1: cars were shown, none was expected",
            "turno 1: mostró autos cuando no debía",
            "turn 1: showed cars when none was due",
        ),
        (
            "turn 1: $200,000 is not in the facts",
            "turno 1: dice $200,000, que no está en los datos",
            "turn 1: says $200,000, which is not in the facts",
        ),
        (
            "turn 1: says nothing of what the facts hold",
            "turno 1: no dice nada de lo que traen los datos",
            "turn 1: says nothing of what the facts hold",
        ),
        (
            "turn 2: 900 characters, more than 600",
            "turno 2: es demasiado larga: 900 caracteres, y van 600 cuando mucho",
            "turn 2: is too long: 900 characters, 600 at most",
        ),
        ("turn 2: its own words", "turno 2: its own words", "turn 2: its own words"),
        ("of the whole conversation", "of the whole conversation", "of the whole conversation"),
    ],
)
def test_one_reason_is_told_with_its_turn_and_what_differs(reason: str, spanish: str, english: str):
    assert reason_said(reason) == spanish
    with speaking(ENGLISH):
        assert reason_said(reason) == english


@pytest.mark.parametrize(
    ("name", "value", "spanish", "english"),
    [
        ("sort", "cheapest", "más barato", "cheapest"),
        ("reference", "ordinal 3", "el número 3", "number 3"),
        ("reference", "ordinal -1", "el último", "the last one"),
        ("features", "bluetooth, car_play", "Bluetooth, CarPlay", "Bluetooth, CarPlay"),
        ("price_max", "250000", "$250,000", "$250,000"),
        ("km_max", "60000", "60,000 km", "60,000 km"),
        ("correction", "yes", "sí", "yes"),
        ("cleared", "make, price_max", "marca, precio máximo", "make, highest price"),
        ("topic", "¿cuál es el CAT?", "¿cuál es el CAT?", "¿cuál es el CAT?"),
        ("down_payment", "unos 50 mil", "unos 50 mil", "unos 50 mil"),
    ],
)
def test_a_detail_is_said_as_people_say_it(name: str, value: str, spanish: str, english: str):
    assert detail_said(name, value) == spanish
    with speaking(ENGLISH):
        assert detail_said(name, value) == english


def test_every_reason_of_the_demonstration_is_in_the_table():
    told = json.loads(DEMO.read_text(encoding="utf-8"))
    given = {group["example"] for one in told["variants"] for group in one["failures"] if group["scorer"] != "error"}
    assert given
    assert {reason for reason in given if not reason_said(reason).startswith("turno ")} == set()
    assert {reason for reason in given if reason_said(reason).partition(": ")[2] == reason.partition(": ")[2]} == set()


def test_everything_that_a_guardrail_says_is_in_the_table():
    messages = set(guardrail_messages())
    assert len(messages) > 40
    assert {message for message in messages if finding_said(message) == message} == set()
    with speaking(ENGLISH):
        assert finding_said("this car is not in stock") == "this car is not in stock"


def test_every_tag_of_a_case_has_a_name_for_people():
    names = load_tags().names
    assert {name for name in names if label("tags", name) == name} == {"sticker"}


def test_a_broken_rule_is_told_with_its_place_and_why():
    reason = "turn 1: amount: «$5»: the facts do not hold this amount as loan or monthly"
    told = "cifra, en «$5»: los datos no tienen esta cifra como crédito o mensualidad"
    assert reason_said(reason) == f"turno 1: sin respaldo o fuera de forma: {told}"
    assert finding_said("the reply is longer than 1600 characters") == "la respuesta pasa de 1600 caracteres"
    assert finding_said("the reply is not in the customer's language (es)").endswith("cliente (español)")


def guardrail_messages() -> Iterator[str]:
    """Every sentence in the code of the rules but those with something filled in, and every message of the promises."""
    for path in (GUARDRAILS / "rules").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        filled = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in set(ast.walk(tree)) - filled:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and SENTENCE.fullmatch(node.value):
                yield node.value
    promises = yaml.safe_load((GUARDRAILS / "vocabulary" / "promises.yaml").read_text(encoding="utf-8"))
    yield from (row["message"] for row in promises if row["id"])


def test_every_entry_has_both_languages_with_the_same_placeholders():
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    rows = table.pop("reasons")
    reasons = {row["pattern"]: {one: row[one] for one in LANGUAGES} for row in rows}
    one_by_one = {row["pattern"]: row["one"] for row in rows if "one" in row}
    for group, names in (table | {"reasons": reasons, "one": one_by_one}).items():
        for name, said in names.items():
            assert said.keys() == LANGUAGES.keys(), f"{group}: {name}"
            assert len({frozenset(placeholders(text)) for text in said.values()}) == 1, f"{group}: {name}"


def placeholders(template: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(template) if field is not None}
