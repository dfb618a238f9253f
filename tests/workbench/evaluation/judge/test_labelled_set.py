"""The committed labelled replies: enough of them, figures that hold, and defects that are there."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from bot_core.errors import DatasetError
from bot_core.financing.plan import FinancingRules
from bot_core.quantities.finder import find_quantities
from bot_core.settings import PROJECT_ROOT
from workbench.evaluation.judge.labelled_set import (
    LabelledReply,
    labelled_digest,
    labelled_kinds,
    labelled_set,
)
from workbench.evaluation.judge.rubric import Rubric
from workbench.evaluation.reference.payments import reference_plan
from workbench.records import Verdict

KINDS = labelled_kinds()
MONEY = re.compile(r"\$([\d,]+(?:\.\d\d)?)")
FINE = [pytest.param(reply, id=reply.id) for kind in KINDS if not kind.defect for reply in kind.replies]


def amounts(text: str) -> set[Decimal]:
    return {Decimal(figure.replace(",", "")) for figure in MONEY.findall(text)}


def prices() -> set[Decimal]:
    path = PROJECT_ROOT / "datasets" / "catalog" / "sample_catalog.csv"
    with path.open(encoding="utf-8") as file:
        return {Decimal(row["price"]).quantize(Decimal(1)) for row in csv.DictReader(file)}


PRICES = prices()


def test_there_are_enough_and_half_of_them_are_fine():
    replies = [(kind.defect, reply) for kind in KINDS for reply in kind.replies]
    fine = sum(not defect for defect, _ in replies)
    assert len(replies) >= 120
    assert 0.4 <= fine / len(replies) <= 0.6
    assert len([kind for kind in KINDS if kind.defect]) >= 12
    assert any(kind.held_out for kind in KINDS)


@pytest.mark.parametrize("rubric", Rubric)
def test_each_rubric_has_good_and_bad_replies(rubric):
    verdicts = Counter(label.verdict for label in labelled_set() if label.rubric is rubric)
    assert min(verdicts[Verdict.PASS], verdicts[Verdict.FAIL]) >= 20


@pytest.mark.parametrize("rubric", Rubric)
def test_replies_that_count_together_come_from_different_turns(rubric):
    """Else they would not be independent, and the intervals too short."""
    bad = [reply.source for kind in KINDS if kind.verdicts.get(rubric) is Verdict.FAIL for reply in kind.replies]
    fine = [reply.source for kind in KINDS if not kind.defect for reply in kind.replies]
    assert Counter(fine).most_common(1)[0][1] <= 2
    assert len(set(bad)) >= 0.8 * len(bad)


@pytest.mark.parametrize("reply", [pytest.param(reply, id=reply.id) for kind in KINDS for reply in kind.replies])
def test_every_figure_of_the_facts_is_the_catalogues_or_the_references(reply: LabelledReply):
    facts = json.loads(reply.facts) if reply.facts else []
    said = {quantity.value for quantity in find_quantities(f"{reply.customer} {reply.before}")}
    for fact in facts:
        for car in fact.get("cars", []):
            assert amounts(car["price"]) <= PRICES
        if "price" in fact:
            assert amounts(fact["price"]) <= PRICES
        for simulation in fact.get("simulations", []):
            price, down = (next(iter(amounts(simulation[name]))) for name in ("price", "down_payment"))
            assert price in PRICES or said & {price, price / 1000}, "the customer's own price"
            plan = reference_plan(price, FinancingRules(), down_payment=down)
            for term, monthly in simulation.get("monthly", {}).items():
                assert amounts(monthly) == {plan.monthly[int(term.split()[0])]}


@pytest.mark.parametrize("reply", FINE)
def test_a_fine_reply_holds_only_figures_of_its_facts(reply: LabelledReply):
    assert amounts(reply.reply) <= amounts(reply.facts) | amounts(reply.before) | _mentioned(reply.customer)


def _mentioned(text: str) -> set[Decimal]:
    return {quantity.value for quantity in find_quantities(text)}


def test_each_defect_is_there():
    made = {kind.kind: kind.replies for kind in KINDS}
    for reply in made["wrong_amount"]:
        assert len(amounts(reply.reply) - amounts(reply.facts)) == 1
    for reply in made["swapped_figures"]:
        assert amounts(reply.reply) <= amounts(reply.facts), "the figures are right, their places are not"
    for reply in made["truncated"]:
        assert reply.reply[-1].isalnum()
    for reply in made["too_long"]:
        assert len(reply.reply) > 1_000
    for reply in made["markdown"]:
        assert "**" in reply.reply and reply.reply.startswith("## ")
    for reply in made["english"]:
        assert {"the", "your", "would"} & set(reply.reply.lower().replace("\n", " ").split())
    for kind in KINDS:
        assert len({reply.reply for reply in kind.replies}) == len(kind.replies) or not kind.defect


def test_the_recipe_makes_the_set(tmp_path):
    """The set is frozen, the recipe lives: same kinds, same ids, from today's bot."""
    from tools.make_judge_set import make_set

    assert make_set(tmp_path) == sum(len(kind.replies) for kind in KINDS)
    again = labelled_kinds(tmp_path)
    assert {kind.kind: [reply.id for reply in kind.replies] for kind in again} == {
        kind.kind: [reply.id for reply in kind.replies] for kind in KINDS
    }
    assert [kind.verdicts for kind in again] == [kind.verdicts for kind in KINDS]


def write(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


GOOD = """
kind: rude
defect: true
made_on: 2026-11-24
about: an example
verdicts: {tone: fail}
replies: [{id: rude-01, source: a.1, how: by hand, customer: hola, reply: "no"}]
"""


def test_a_mistake_is_told_with_file_and_field(tmp_path):
    assert len(labelled_set(write(tmp_path, "rude.yaml", GOOD))) == 1
    with pytest.raises(DatasetError, match=r"bad.yaml: verdicts.tone"):
        labelled_kinds(write(tmp_path, "bad.yaml", GOOD.replace("fail", "unscored")))
    with pytest.raises(DatasetError, match=r"bad.yaml: no YAML"):
        labelled_kinds(write(tmp_path, "bad.yaml", "kind: [rude"))
    with pytest.raises(DatasetError, match="stands twice"):
        labelled_kinds(write(tmp_path, "bad.yaml", GOOD))


def test_the_digest_says_which_set_it_is(tmp_path):
    before = labelled_digest(write(tmp_path, "rude.yaml", GOOD))
    assert before == labelled_digest(tmp_path)
    assert before != labelled_digest(write(tmp_path, "rude.yaml", GOOD.replace("hola", "buenas")))
