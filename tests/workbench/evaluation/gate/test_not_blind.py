"""Faults that are planted on purpose: each must turn the gate red."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from bot_core.agents import writer
from bot_core.catalog.car import Constraint
from bot_core.catalog.columns import CarColumns
from bot_core.financing import calculator
from bot_core.financing.plan import FinancingRules
from bot_core.knowledge.service import KnowledgeService
from bot_core.offline import gateway as offline_gateway
from workbench.evaluation.gate.judgement import Outcome
from workbench.evaluation.gate.running import Gate
from workbench.evaluation.gate.suites import Suite
from workbench.records import VariantSpec

TODAY = date(2026, 11, 24)


@pytest.fixture
def gate(few, settings, tmp_path) -> Gate:
    """The offline baseline on a few cases, blessed as it is now."""
    gate = Gate(
        few,
        settings,
        suites=(Suite(VariantSpec(name="offline-base"), "golden"),),
        cassettes=tmp_path / "cassettes",
        baseline_path=tmp_path / "baseline.json",
    )
    judgement = gate.run()
    assert judgement.problems == ()
    gate.bless(judgement, "as it is now", on=TODAY)
    assert gate.run().outcome is Outcome.OK
    return gate


def red(gate: Gate) -> list[str]:
    """Runs the gate; the scorers that turned it red."""
    judgement = gate.run()
    assert judgement.outcome is Outcome.REGRESSION
    return [problem.message.split(":")[0] for problem in judgement.problems]


def test_a_wrong_interest_formula(gate, monkeypatch):
    def simple(loan: Decimal, term_months: int, rules: FinancingRules) -> Decimal:
        return round(loan * (1 + rules.annual_rate * term_months / 12) / term_months, 2)

    monkeypatch.setattr(calculator, "monthly_payment", simple)
    assert "plan" in red(gate)


def test_a_dropped_price_filter(gate, monkeypatch):
    masks = CarColumns.masks

    def without_price(self, criteria):
        return {name: mask for name, mask in masks(self, criteria).items() if name is not Constraint.PRICE}

    monkeypatch.setattr(CarColumns, "masks", without_price)
    assert "cars" in red(gate)


def reworded(change: Callable[[str], str], monkeypatch) -> None:
    """Both the baseline's wording and the last resort after the guardrails say something else."""
    for module in (writer, offline_gateway):
        render = module.render
        monkeypatch.setattr(module, "render", lambda fact, render=render: change(render(fact)))


def test_an_invented_branch_in_the_words(gate, monkeypatch):
    reworded(lambda text: f"{text}\nTambién te esperamos en la sede de Mérida.", monkeypatch)
    assert "grounding" in red(gate)


def test_an_invented_branch_in_the_data(gate, monkeypatch):
    branches_in = KnowledgeService.branches_in

    def anywhere(self, place):
        return branches_in(self, place) or self.branches[:1]

    monkeypatch.setattr(KnowledgeService, "branches_in", anywhere)
    assert "info" in red(gate)


def test_a_promise(gate, monkeypatch):
    reworded(lambda text: f"{text}\nTu crédito ya está aprobado.", monkeypatch)
    assert {"grounding", "safety"} <= set(red(gate))


def test_a_reply_in_markdown(gate, monkeypatch):
    reworded(lambda text: f"# Kavak\n{text}", monkeypatch)
    assert "formatting" in red(gate)


def test_a_crash_is_not_green(gate, monkeypatch):
    def broken(self, criteria):
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(CarColumns, "masks", broken)
    assert gate.run().outcome is Outcome.INFRASTRUCTURE
