from __future__ import annotations

import json

import pytest
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


def test_too_few_conversations_are_said_to_show_nothing():
    few, needed = run("--conversations", "2", "--difference", "1").splitlines()
    assert "(2) no se puede demostrar ninguna diferencia: hacen falta al menos 5" in few
    assert "5 conversaciones" in needed
    numbers = json.loads(run("--conversations", "2", "--difference", "1", "--json"))
    assert (numbers["smallest_detectable"], numbers["least_conversations"]) == (None, 5)
    assert numbers["conversations_needed"] == 5


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--rate", "1.5"),
        ("--rate", "nan"),
        ("--conversations", "1000000000000000000000"),
        ("--conversations", "0"),
        ("--difference", "-1"),
        ("--difference", "nan"),
        ("--trials", "1" + "0" * 400),
        ("--shared", "1e400"),
        ("--usd", "inf"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(option, value):
    result = CliRunner().invoke(app, [option, value])
    assert result.exit_code == 2 and isinstance(result.exception, SystemExit)
    assert option in result.output
