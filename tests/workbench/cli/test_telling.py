"""What `run` and `compare` tell of a model that did not answer, over real HTTP."""

from __future__ import annotations

import json

from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import Answer


def test_the_share_of_calls_that_the_baseline_answered_is_told(workbench, few_folder):
    with ModelServer(lambda _request: Answer("no JSON")) as server:
        model = ("--model", "openai/gpt-4o-mini", "--api-base", server.openai_base)
        result = workbench("run", "--variant", "A=openai", *model, "--dataset", few_folder, "--case", "few-hola")
    line = "A: the model did not answer 100.0 % of its calls itself (2 of 2); the baseline answered for it"
    assert line in result.output
    [experiment] = json.loads(workbench("list", "--json").stdout)["experiments"]
    compared = " ".join(workbench("compare", experiment["experiment_id"]).output.split())
    assert f"{line} (ModelInvalidAnswer: " in compared


def test_nothing_is_told_where_no_model_was_to_answer(workbench, few_folder):
    result = workbench("run", "--variant", "A=offline-base", "--dataset", few_folder, "--case", "few-hola")
    assert "1/1 played" in result.output
    assert "baseline answered" not in result.output
