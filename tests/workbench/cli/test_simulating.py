from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from bot_core.errors import UserError
from workbench.cli.simulating import app


def run(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


def test_how_the_conversations_ended():
    result = run("run", "--persona", "norma-se-va", "--persona", "ana-primer-auto", "--seeds", "2")
    assert result.exit_code == 0, result.output
    assert "4 conversations" in result.output
    assert "goal_reached         4" in result.output
    assert "simulator faults  0.0% (0.0% to" in result.output


def test_as_json():
    result = run("run", "--persona", "norma-se-va", "--seeds", "1", "--json")
    printed = json.loads(result.output)
    assert printed["summary"]["conversations"] == 1
    assert printed["conversations"][0]["persona_id"] == "norma-se-va"


def test_who_there_is():
    result = run("list")
    assert result.exit_code == 0 and "emily-english" in result.output and "opted_out" in result.output


def test_an_unknown_persona():
    result = run("run", "--persona", "nadie")
    assert isinstance(result.exception, UserError) and "no persona 'nadie'" in str(result.exception)
    assert pytest.approx(1) == result.exit_code
