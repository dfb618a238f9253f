from __future__ import annotations

import json

import typer
from typer.testing import CliRunner

from workbench.cli.planning import power

app = typer.Typer()
app.command()(power)


def run(*arguments: str):
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def test_in_words():
    output = run("--rate", "0.9", "--conversations", "300", "--difference", "0.05", "--usd", "0.01")
    detectable, needed = output.splitlines()
    assert detectable.startswith("Con 300 conversaciones")
    assert "290 conversaciones, alrededor de $2.85 USD" in needed


def test_in_numbers():
    numbers = json.loads(run("--rate", "0.9", "--trials", "3", "--json"))
    assert numbers["smallest_detectable"] is numbers["usd"] is None
    assert 90 < numbers["conversations_needed"] < 105


def test_a_rate_of_nothing_is_refused():
    assert CliRunner().invoke(app, ["--rate", "1.5"]).exit_code == 2
