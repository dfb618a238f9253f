from __future__ import annotations

from dataclasses import replace

import pytest

from bot_core.catalog.car import Constraint
from bot_core.catalog.columns import CarColumns
from tests.fakes.cars import CSV
from workbench.cli import gating
from workbench.evaluation.gate import running
from workbench.evaluation.gate.suites import OFFLINE


@pytest.fixture
def gate(workbench, few_folder, tmp_path, monkeypatch):
    """The gate on a few cases, without the recorded suites; arguments that keep it inside tmp_path."""
    monkeypatch.setattr(gating, "Gate", lambda *args, **more: replace(running.Gate(*args, **more), suites=(OFFLINE,)))
    paths = ("--dataset", few_folder, "--out", tmp_path / "reports", "--baseline", tmp_path / "baseline.json")
    return lambda command, *more: workbench(command, *paths, *more)


@pytest.fixture
def no_price_filter(monkeypatch):
    masks = CarColumns.masks

    def without_price(self, criteria):
        return {name: mask for name, mask in masks(self, criteria).items() if name is not Constraint.PRICE}

    def plant() -> None:
        monkeypatch.setattr(CarColumns, "masks", without_price)

    return plant


def test_green_then_blessed_then_red(gate, no_price_filter, tmp_path):
    assert gate("eval").exit_code == 0
    blessed = gate("bless", "--reason", "the first one")
    assert blessed.exit_code == 0, blessed.output
    assert "offline-base/golden: 6 cases" in blessed.output
    no_price_filter()
    result = gate("eval")
    assert result.exit_code == 1
    assert "regression: offline-base/golden: cars: 1 cases lost, 0 won, of 2" in result.output
    assert "few-versa" in (tmp_path / "reports" / "summary.md").read_text(encoding="utf-8")


def test_reports_are_where_they_were_asked_for(gate, tmp_path):
    result = gate("eval")
    assert f"reports: {tmp_path / 'reports'}" in result.output
    assert {path.name for path in (tmp_path / "reports").iterdir()} == {
        "summary.md",
        "report.html",
        "results.json",
        "junit.xml",
    }


def test_github_gets_annotations_and_the_summary(gate, no_price_filter, tmp_path, monkeypatch):
    gate("bless", "--reason", "the first one")
    no_price_filter()
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "step.md"))
    output = gate("eval").output
    assert "::error title=regression%3A offline-base/golden::" in output
    assert (tmp_path / "step.md").read_text(encoding="utf-8").startswith("## ❌ Evaluation: regression")


def test_a_few_cases_alone(workbench, few_folder, no_price_filter):
    result = workbench("eval", "--dataset", few_folder, "--only", "few-versa")
    assert (result.exit_code, result.output) == (0, "1 of 1 cases pass\n")
    no_price_filter()
    result = workbench("eval", "--dataset", few_folder, "--only", "few-versa", "-v")
    assert result.exit_code == 1
    assert "customer: busco un nizzan verssa" in result.output
    assert "✗ cars: turn 1:" in result.output


def test_another_catalogue_is_compared_with_nothing(workbench, few_folder, tmp_path):
    (tmp_path / "few.csv").write_text(CSV, encoding="utf-8")
    paths = ("--dataset", few_folder, "--out", tmp_path / "reports", "--catalog", tmp_path / "few.csv")
    result = workbench("eval", *paths)
    assert result.exit_code == 0, result.output
    assert "local/recorded" not in result.output
    assert "No baseline is blessed yet" in (tmp_path / "reports" / "summary.md").read_text(encoding="utf-8")
