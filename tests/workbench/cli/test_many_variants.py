"""A dozen variants of one experiment, from the command line to report and SQL."""

from __future__ import annotations

import json
from string import ascii_uppercase

from bot_core.errors import UserError
from workbench.records import MOST_VARIANTS

RELEASES = ("offline-base", "offline-exacto")


def variants(count: int) -> list[str]:
    """Every second one is the other release: it differs from the first."""
    return [part for n in range(count) for part in ("--variant", f"Variante {n + 1}={RELEASES[n % 2]}")]


def test_a_dozen_variants_are_run_compared_reported_and_queried(workbench, few_folder, tmp_path):
    ran = workbench("run", *variants(12), "--dataset", few_folder, "--json")
    assert ran.exit_code == 0, ran.output
    progress = json.loads(ran.stdout)["progress"]
    assert [run["done"] for run in progress["runs"]] == [5] * 12
    experiment = progress["experiment_id"]

    found = json.loads(workbench("compare", experiment, "--json").stdout)
    names = [f"Variante {n + 1}" for n in range(12)]
    assert [one["name"] for one in found["variants"]] == names
    assert [one["candidate"] for one in found["comparisons"]] == names[1:]
    told = workbench("compare", experiment)
    assert told.exit_code == 0 and all(name in told.stdout for name in names)

    assert workbench("report", experiment, "--out", tmp_path / "report").exit_code == 0
    html = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert all(name in html for name in names)
    assert "Variante 12 frente a Variante 1" in (tmp_path / "report" / "report.md").read_text(encoding="utf-8")

    asked = "SELECT DISTINCT letra, variante FROM tasas ORDER BY letra"
    rows = json.loads(workbench("sql", asked, "--format", "json").stdout)
    assert [(row["letra"], row["variante"]) for row in rows] == list(zip(ascii_uppercase, names, strict=False))


def test_there_are_as_many_as_letters(workbench, few_folder):
    assert len(ascii_uppercase) == MOST_VARIANTS
    refused = workbench("run", *variants(MOST_VARIANTS + 1), "--dataset", few_folder)
    assert isinstance(refused.exception, UserError) and "26 items" in str(refused.exception)
    estimate = workbench("run", *variants(MOST_VARIANTS), "--dataset", few_folder, "--estimate")
    assert estimate.exit_code == 0, "their names together are longer than an experiment's, and are cut"
    assert f"to {MOST_VARIANTS}" in " ".join(workbench("run", "--help").stdout.split())
