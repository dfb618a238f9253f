from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from bot_core.errors import ModelNotConfigured, UserError
from tests.fakes.judging import answer
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import Answer, Behaviour, RecordedRequest, greeting_bot, unauthorized
from workbench.cli.telling import FIRST_RUN
from workbench.records import RunStatus
from workbench.storage.experiment_files import Control, ExperimentFiles, ExperimentFolder
from workbench.storage.journal import Journal
from workbench.storage.locks import locked


@pytest.fixture
def files(tmp_path: Path) -> ExperimentFiles:
    return ExperimentFiles(tmp_path / "var" / "experiments")


def test_run_shows_the_estimate_runs_and_says_what_came_out(workbench, few_folder, files):
    result = workbench("run", "--variant", "A=offline-base", "--variant", "B=offline-exacto", "--dataset", few_folder)
    assert result.exit_code == 0, result.output
    assert "estimate: 0.0000 USD" in result.output
    assert "A: 5/5 played" in result.output
    [folder] = files.list()
    assert f"experiment {folder.experiment_id}: finished" in result.output
    listed = workbench("list")
    assert folder.experiment_id in listed.output
    assert "finished" in listed.output
    [row] = json.loads(workbench("list", "--json").stdout)["experiments"]
    assert row["status"] == "finished"


def test_a_list_of_nothing_says_how_to_start(workbench):
    told = workbench("list")
    [line] = told.stdout.splitlines()
    assert told.exit_code == 0
    assert line == f"no experiment yet; start one with: {FIRST_RUN}"
    assert json.loads(workbench("list", "--json").stdout) == {"experiments": [], "damaged": []}
    assert workbench(*FIRST_RUN.split()[3:], "--estimate").exit_code == 0


@pytest.mark.parametrize("nobody", ["", " ", ","])
def test_customers_without_a_name_are_refused(workbench, few_folder, files, nobody):
    refused = workbench("run", "--variant", "offline-base", "--personas", nobody, "--dataset", few_folder)
    assert isinstance(refused.exception, UserError) and "--personas names nobody" in str(refused.exception)
    assert files.list() == ()


def test_run_as_json(workbench, few_folder):
    result = workbench("run", "--variant", "offline-base", "--dataset", few_folder, "--case", "few-hola", "--json")
    data = json.loads(result.stdout)
    assert data["progress"]["runs"][0]["done"] == 1
    assert data["estimate"]["basis"] == "no model is called"


def test_an_estimate_alone_starts_nothing(workbench, few_folder, files):
    result = workbench("run", "--variant", "openai", "--dataset", few_folder, "--estimate", "--json")
    assert json.loads(result.stdout)["calls"] > 0
    told = workbench("run", "--variant", "openai", "--dataset", few_folder, "--estimate", "--budget", "0.000001")
    estimate, beyond = told.stdout.splitlines()
    assert estimate.startswith("estimate: 0.")
    assert beyond == "that is more than the budget of 0.000001 USD: it will stop there, with partial results"
    assert files.list() == ()


def test_wrong_specs_are_a_users_mistake(workbench, few_folder):
    twice = workbench("run", "--variant", "A", "--variant", "A", "--dataset", few_folder)
    assert isinstance(twice.exception, UserError)
    assert "two are named 'A'" in str(twice.exception)


def test_a_wrong_name_leaves_no_experiment_behind(workbench, few_folder, files):
    result = workbench("run", "--variant", "A=offline-base,greeting=greeting/v999", "--dataset", few_folder)
    assert isinstance(result.exception, UserError) and "greeting/v999" in str(result.exception)
    twice = workbench("run", "--variant", "offline-base", "--dataset", few_folder, *["--case", "few-hola"] * 2)
    assert isinstance(twice.exception, UserError) and "the case 'few-hola' is named twice" in str(twice.exception)
    assert files.list() == ()


def test_simulated_customers_end_with_the_rate_of_their_own_faults(workbench):
    arguments = ("--personas", "ana-primer-auto,emily-english", "--customer", "offline")
    result = workbench("run", "--variant", "A=offline-base", *arguments)
    assert result.exit_code == 0, result.output
    assert re.search(r"A: 2/2 played, .*; ends: [a-z_]+ \d", result.output)
    assert "A: 0 of 2 conversations ended by a simulator fault, 0.0 % (0.0 % to 65.8 %); counted apart" in result.output


def test_pairs_need_a_model_that_judges_and_something_to_compare(workbench, few_folder, files):
    arguments = ("run", "--variant", "A=offline-base", "--dataset", few_folder, "--judge-pairs")
    for more in ((), ("--judge", "offline", "--variant", "B=offline-exacto"), ("--judge", "openai/x")):
        result = workbench(*arguments, *more)
        assert isinstance(result.exception, UserError) and "--judge-pairs" in str(result.exception)
    assert files.list() == ()


def test_the_judge_compares_the_variants_and_the_comparison_says_so(workbench, few_folder, files):
    def judge(request: RecordedRequest) -> Answer:
        if "better" in request.schema["properties"]:
            return Answer({"reason": "da igual", "better": "1"})
        fine = {"reason": "bien", "verdict": "bien"}
        return Answer({"helpfulness": fine, "tone": fine, "completeness": fine})

    with ModelServer(judge) as server:
        base = ["--judge-base", server.openai_base, "--dataset", few_folder]
        variants = ["--variant", "A=offline-base", "--variant", "B=offline-exacto"]
        result = workbench("run", *variants, *base, "--judge", "openai/judge", "--judge-pairs", "--case", "few-versa")
    assert result.exit_code == 0, result.output
    assert "pairs: 1/1 compared by the judge" in result.output
    [folder] = files.list()
    assert [record.flipped for record in folder.preferences(folder.run_ids()[1])] == [True]
    told = workbench("compare", folder.experiment_id).output
    assert "openai/judge prefers: B 0, tie 1, A 0, the same words 0, unscored 0; 1 of 1 changed with the order" in told


@pytest.mark.parametrize(
    ("status", "command", "said"),
    [
        (RunStatus.FINISHED, "pause", "is finished: there is nothing to pause"),
        (RunStatus.CANCELLED, "pause", "is cancelled: there is nothing to pause"),
        (RunStatus.FINISHED, "cancel", "is finished: there is nothing to cancel, its results stay"),
        (RunStatus.CANCELLED, "cancel", "was cancelled before; what was played is kept"),
        (RunStatus.PAUSED, "pause", "is not running (paused); go on with: python -m workbench resume"),
        (RunStatus.INTERRUPTED, "pause", "is not running (interrupted); go on with: python -m workbench resume"),
        (RunStatus.PAUSED, "cancel", "is cancelled; 1 of 5 conversations are kept"),
        (RunStatus.OVER_BUDGET, "cancel", "is cancelled; 1 of 5 conversations are kept"),
    ],
)
def test_pausing_and_cancelling_what_is_not_running_say_what_they_found(
    workbench, few_folder, files, status, command, said
):
    workbench("run", "--variant", "offline-base", "--dataset", few_folder)
    [folder] = files.list()
    left_at(folder, status)
    result = workbench(command, folder.experiment_id)
    assert result.exit_code == 0
    assert result.output.startswith(f"{folder.experiment_id} {said}") and result.output.count("\n") == 1


def left_at(folder: ExperimentFolder, status: RunStatus) -> None:
    """As a process leaves it; one that is not over with its first conversation only."""
    [run_id] = folder.run_ids()
    if status not in (RunStatus.FINISHED, RunStatus.CANCELLED):
        Journal(folder.journal_path(run_id)).append(next(folder.results(run_id)))
        folder.run_path(run_id).unlink()
    folder.write_progress(folder.progress().model_copy(update={"status": status}))


def test_a_running_one_is_asked_and_says_so(workbench, few_folder, files):
    workbench("run", "--variant", "offline-base", "--dataset", few_folder)
    [folder] = files.list()
    left_at(folder, RunStatus.RUNNING)
    with locked(folder.lock):
        assert "is being paused; go on with: " in workbench("pause", folder.experiment_id).output
        assert folder.asked() is Control.PAUSE
        assert "is being cancelled; what was played is kept" in workbench("cancel", folder.experiment_id).output
        assert folder.asked() is Control.CANCEL


def test_one_whose_data_changed_can_be_cancelled_and_keeps_what_was_played(workbench, few_folder, files):
    workbench("run", "--variant", "offline-base", "--dataset", few_folder)
    [folder] = files.list()
    left_at(folder, RunStatus.PAUSED)
    few = few_folder / "few.yaml"
    few.write_text(few.read_text(encoding="utf-8").replace("few-hola", "few-buenas"), encoding="utf-8")
    assert "changed since this experiment began" in str(workbench("resume", folder.experiment_id).exception)
    result = workbench("cancel", folder.experiment_id)
    assert result.exit_code == 0, result.output
    assert "is cancelled; 1 of 5 conversations are kept" in result.output
    assert [one.case_id for one in folder.results(folder.run_ids()[0])] == ["few-hola"]
    assert folder.progress().status is RunStatus.CANCELLED


def test_resuming_one_that_is_finished_says_how_it_ended(workbench, few_folder, files):
    workbench("run", "--variant", "offline-base", "--dataset", few_folder)
    [folder] = files.list()
    again = workbench("resume", folder.experiment_id)
    assert again.exit_code == 0
    assert f"experiment {folder.experiment_id}: finished" in again.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--variant", "A=offline-base,financing=financing/v999"), "financing/v999"),
        (("--variant", "offline-base", "--catalog", "/nada.csv"), "/nada.csv"),
        (("--variant", "offline-base", "--case", "nada"), "no case in the split smoke: 'nada'"),
        (("--variant", "offline-base", "--personas", "nadie"), "no persona 'nadie'"),
        (("--variant", "offline-base", "--replay", "--judge", "openai/x"), "a replay cannot ask a model"),
        (("--variant", "offline-base", "--replay", "--personas", "ana-primer-auto"), "are not recorded"),
    ],
)
def test_an_estimate_finds_what_a_run_would_stumble_over(workbench, few_folder, files, arguments, message):
    asked = workbench("run", *arguments, "--dataset", few_folder, "--estimate")
    assert isinstance(asked.exception, UserError) and message in str(asked.exception)
    assert asked.stdout == "" and files.list() == ()
    ran = workbench("run", *arguments, "--dataset", few_folder)
    assert str(ran.exception) == str(asked.exception), "the run says the same"


def test_customers_of_a_model_at_an_address_of_ones_own(workbench, files):
    moves = [{"messages": ["busco un versa"], "finished": False}, {"messages": [], "finished": True}]
    with ModelServer(lambda request: Answer(moves[min(len(request.messages) // 4, 1)])) as server:
        model = ["--customer", "openai/customer", "--customer-base", server.openai_base]
        result = workbench("run", "--variant", "offline-base", "--personas", "ana-primer-auto", *model)
        assert result.exit_code == 0, result.output
        assert {request.body["model"] for request in server.chats} == {"customer"}
    [folder] = files.list()
    assert folder.spec.customer is not None and folder.spec.customer.api_base == server.openai_base


def test_a_judge_of_its_own_words_that_nobody_calibrated_is_no_evidence(workbench, few_folder, files):
    def model(request: RecordedRequest) -> Behaviour:
        judging = "helpfulness" in request.schema.get("properties", {})
        return Answer(answer()) if judging else greeting_bot(request)

    with ModelServer(model) as server:
        asked = ("--model", "openai/fake-model", "--api-base", server.openai_base, "--case", "few-hola")
        judge = ("--judge", "openai/fake-model", "--judge-base", server.openai_base, "--dataset", few_folder)
        run = workbench("run", "--variant", "A=offline-base", *asked, *judge)
    own = "beware of the judge's scores of A, 1 conversations: The judge is the model that answered"
    assert run.exit_code == 0 and own in run.stdout
    [folder] = files.list()
    told = " ".join(workbench("compare", folder.experiment_id).output.split())
    assert own in told
    rubrics = "judge_helpfulness, judge_tone, judge_completeness"
    assert f"the judge openai/fake-model is no evidence in {rubrics}: never calibrated" in told


def test_a_judge_that_was_away_is_asked_again_when_asked_for(workbench, few_folder, files):
    fine = {"reason": "bien", "verdict": "bien"}
    with ModelServer(unauthorized()) as server:
        judge = ["--judge", "openai/judge", "--judge-base", server.openai_base, "--dataset", few_folder]
        result = workbench("run", "--variant", "offline-base", *judge, "--case", "few-hola")
        [folder] = files.list()
        assert "1 played, 1 passed, 0 failed, 1 replies not judged" in result.output.replace("/1", "")
        assert f"resume {folder.experiment_id} --errors" in result.output
        server.default = Answer({"helpfulness": fine, "tone": fine, "completeness": fine})
        again = workbench("resume", folder.experiment_id, "--errors")
    assert again.exit_code == 0, again.output
    assert "1 to play or judge again" in again.stderr and "not judged" not in again.stdout


def test_errors_are_played_again_when_asked_for(workbench, few_folder, files):
    with ModelServer(unauthorized()) as server:
        own = ["--model", "openai/own", "--api-base", server.openai_base, "--dataset", few_folder, "--case", "few-hola"]
        result = workbench("run", "--variant", "offline-base", *own)
        [folder] = files.list()
        assert "1 errors" in result.output and f"resume {folder.experiment_id} --errors" in result.output
        assert isinstance(workbench("resume", folder.experiment_id).exception, type(None))
        server.default = greeting_bot
        again = workbench("resume", folder.experiment_id, "--errors")
        assert again.exit_code == 0, again.output
        assert "1 to play or judge again" in again.output and "errors" not in again.output.split("again")[1]
        nothing = workbench("resume", folder.experiment_id, "--errors")
        assert isinstance(nothing.exception, UserError) and "ended in an error" in str(nothing.exception)


def test_a_missing_key_is_told_of_once_and_leaves_no_experiment_behind(workbench, few_folder, files, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    result = workbench("run", "--variant", "openai", "--dataset", few_folder)
    assert isinstance(result.exception, ModelNotConfigured) and "export OPENAI_API_KEY" in str(result.exception)
    assert files.list() == ()


def test_over_budget_is_exit_code_4_and_goes_on_with_more(workbench, few_folder, files):
    with ModelServer() as server:
        arguments = ["--model", "openai/gpt-4o-mini", "--api-base", server.openai_base, "--dataset", few_folder]
        result = workbench("run", "--variant", "offline-base", *arguments, "--budget", "0.0001")
        assert result.exit_code == 4, result.output
        [folder] = files.list()
        assert f"resume {folder.experiment_id} --budget USD" in result.output
        assert workbench("resume", folder.experiment_id, "--budget", "1").exit_code == 0
        less = workbench("resume", folder.experiment_id, "--budget", "0.000001")
        assert isinstance(less.exception, UserError) and "name a higher one" in str(less.exception)
        assert files.open(folder.experiment_id).spec.budget_usd == Decimal(1)
