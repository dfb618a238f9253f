from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from bot_core.errors import UserError
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import Answer
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


def test_customers_of_a_model_at_an_address_of_ones_own():
    with ModelServer(Answer({"messages": [], "finished": True})) as server:
        model = ["--customer", "openai/customer", "--customer-base", server.openai_base]
        result = run("run", "--persona", "ana-primer-auto", "--seeds", "1", *model)
    assert result.exit_code == 0, result.output
    assert [request.body["model"] for request in server.chats] == ["customer"]
    assert server.chats[0].body["temperature"] == 0.7


def test_an_address_without_its_model():
    result = run("run", "--customer-base", "http://127.0.0.1:9")
    assert isinstance(result.exception, UserError) and "add --customer NAME" in str(result.exception)
