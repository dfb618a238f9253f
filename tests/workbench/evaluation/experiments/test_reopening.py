"""Experiments whose model was down for a while, over real HTTP: only what broke off is played again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal

import pytest

from bot_core.errors import Conflict, UserError
from bot_core.llm.gateway import ModelSettings
from tests.fakes.found import none_left_out
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import Answer, Behaviour, RecordedRequest, greeting_bot, unauthorized
from workbench.evaluation.experiments.reopening import reopen_errors
from workbench.evaluation.experiments.running import run_experiment
from workbench.evaluation.findings.stored import experiment_findings
from workbench.evaluation.report.experiment.page import page
from workbench.records import CaseError, JudgeSpec, RunStatus, VariantSpec, Verdict
from workbench.storage.call_journal import CallJournal, CallState
from workbench.storage.database import in_memory
from workbench.storage.experiment_files import Control, ExperimentFiles, ExperimentFolder
from workbench.storage.locks import locked
from workbench.storage.preference_files import PairOutcome
from workbench.storage.rebuild import take_in
from workbench.storage.run_files import read_results, read_run, write_run

FINE = {"reason": "bien", "verdict": "bien"}


class Moody:
    """A model that refuses replies about plans while it is `down`, and a judge that refuses to compare while it is."""

    def __init__(self) -> None:
        self.down = True

    def __call__(self, request: RecordedRequest) -> Behaviour:
        properties = request.schema.get("properties", {})
        if "better" in properties:
            return unauthorized() if self.down else Answer({"reason": "así", "better": "ninguna"})
        if "helpfulness" in properties:
            return Answer({"helpfulness": FINE, "tone": FINE, "completeness": FINE})
        if "intents" not in properties and self.down and request.body.get("temperature"):
            return unauthorized()
        if "intents" not in properties and request.body.get("temperature"):
            return Answer({"text": "¡Hola! Con gusto te ayudo."})
        return greeting_bot(request)


@pytest.fixture
def moody() -> Moody:
    return Moody()


@pytest.fixture
def server(moody: Moody) -> Iterator[ModelServer]:
    with ModelServer(moody) as started:
        yield started


def variants(server: ModelServer) -> tuple[VariantSpec, ...]:
    def model(heat: float) -> ModelSettings:
        settings = {"model": "openai/gpt-4o-mini", "api_base": server.openai_base, "reasks": 0, "temperature": heat}
        return ModelSettings.model_validate(settings)

    return tuple(VariantSpec(name=name, model=model(heat)) for name, heat in (("A", 0.0), ("B", 1.0)))


def paid(folder: ExperimentFolder) -> Decimal:
    paths = sorted(folder.path.glob("*.calls.jsonl"))
    lines = [line for path in paths for line in CallJournal(path).lines()]
    return sum((line.usd for line in lines if line.state in (CallState.ANSWERED, CallState.FAILED)), Decimal(0))


async def test_only_what_broke_off_is_played_again_and_the_earlier_file_stays(created, settings, server, moody):
    folder = created(variants=variants(server))
    first = await run_experiment(folder, settings)
    assert (first.status, first.runs[0].errors, first.runs[1].errors) == (RunStatus.FINISHED, 0, 5)
    before, untouched = folder.run_path("abc-2").read_bytes(), folder.run_path("abc-1").stat().st_mtime_ns
    moody.down = False

    assert reopen_errors(folder) == 5
    assert folder.progress().status is RunStatus.INTERRUPTED
    assert (len(list(folder.results("abc-1"))), len(list(folder.results("abc-2")))) == (5, 0)
    again = await run_experiment(folder, settings)

    assert (again.status, again.done, again.runs[1].errors) == (RunStatus.FINISHED, 10, 0)
    assert all(result.error is None for result in folder.results("abc-2"))
    understood = [json.dumps(request.body) for request in server.chats if "intents" in request.schema["properties"]]
    assert len(understood) == len(set(understood)), "what was understood had been paid for already"
    assert again.usd_spent == paid(folder) > first.usd_spent
    [attempt] = folder.attempts("abc-2")
    assert attempt.read_bytes() == before
    assert folder.run_path("abc-1").stat().st_mtime_ns == untouched
    assert not list(folder.path.glob("*.half")) + list(folder.path.glob("abc-?.jsonl"))
    [earlier] = read_run(folder.run_path("abc-2")).earlier
    assert (earlier.file, earlier.errors) == ("abc-2.attempt-1.parquet", 5)
    assert folder.record().runs[0].earlier == ()


async def test_what_did_not_break_off_is_kept_as_it_was(created, settings, server, moody):
    folder = created(variants=variants(server)[1:], case_ids=("few-hola", "few-versa"))
    moody.down = False
    kept = ExperimentFiles(folder.path.parent).create(folder.spec, "kept")
    await run_experiment(kept, settings)
    good = list(kept.results("kept-1"))

    stopped = CaseError(kind="NotMeasured", message="down")
    broken = good[0].model_copy(update={"error": stopped, "verdict": Verdict.ERROR})
    run = read_run(kept.run_path("kept-1"))
    kept.run_path("kept-1").unlink()
    write_run(kept.run_path("kept-1"), run, [broken, *good[1:]])
    assert reopen_errors(kept) == 1
    assert list(kept.results("kept-1")) == good[1:]
    asked = len(server.chats)
    await run_experiment(kept, settings)
    first, *rest = kept.results("kept-1")
    assert rest == good[1:]
    assert first.error is None and first.case_id == good[0].case_id
    assert len(server.chats) == asked, "all its calls were in the call book"


async def test_pairs_that_were_not_judged_are_judged_again(created, settings, server, moody):
    judge = JudgeSpec(
        model=ModelSettings(model="openai/judge", api_base=server.openai_base, reasks=0, retries=0), pairwise=True
    )
    folder = created(variants=variants(server), judge=judge, case_ids=("few-hola", "few-plan"))
    await run_experiment(folder, settings)
    assert [record.outcome for record in folder.preferences("abc-2")] == [PairOutcome.LEFT_OUT] * 2
    moody.down = False
    assert reopen_errors(folder) == 4
    progress = await run_experiment(folder, settings)
    assert (progress.status, progress.pairs_done) == (RunStatus.FINISHED, 2)
    assert {record.outcome for record in folder.preferences("abc-2")} == {PairOutcome.TIE}
    assert [path.name for path in folder.attempts("abc-2.preferences")] == ["abc-2.preferences.attempt-1.parquet"]
    assert [path.name for path in folder.attempts("abc-2")] == ["abc-2.attempt-1.parquet"]


async def test_twice_makes_two_attempts_and_the_tables_and_the_report_know(created, settings, server, moody):
    folder = created(variants=variants(server), case_ids=("few-hola",))
    await run_experiment(folder, settings)
    database = in_memory()
    files = ExperimentFiles(folder.path.parent)
    take_in(database, files, left_out=none_left_out)
    for _ in range(2):
        reopen_errors(folder)
        await run_experiment(folder, settings)
    moody.down = False
    reopen_errors(folder)
    await run_experiment(folder, settings)
    assert [path.name for path in folder.attempts("abc-2")] == [
        f"abc-2.attempt-{number}.parquet" for number in (1, 2, 3)
    ]
    assert [next(read_results(path)).error is None for path in folder.attempts("abc-2")] == [False] * 3
    take_in(database, files, left_out=none_left_out)
    rows = database.query(
        "SELECT run_id, attempts, verdict <> 'error' FROM runs JOIN results USING (run_id) ORDER BY 1"
    )
    assert rows.rows == [("abc-1", 1, True), ("abc-2", 4, True)]
    database.close()
    assert "abc-2.attempt-3.parquet" in page(experiment_findings(folder))


async def test_a_paused_experiment_plays_its_errors_again_too(created, settings, server, moody):
    folder = created(variants=variants(server), case_ids=("few-hola", "few-plan"))
    await run_experiment(folder, settings)
    reopen_errors(folder)
    folder.ask(Control.PAUSE)
    assert (await run_experiment(folder, settings)).status is RunStatus.PAUSED
    folder.ask(Control.RUN)
    with pytest.raises(UserError, match="ended in an error"):
        reopen_errors(folder)
    assert (await run_experiment(folder, settings)).status is RunStatus.FINISHED


async def test_when_there_is_nothing_to_play_again(created, settings):
    folder = created(case_ids=("few-hola",))
    await run_experiment(folder, settings)
    with pytest.raises(UserError, match="nothing in the experiment abc ended in an error"):
        reopen_errors(folder)
    assert folder.progress().status is RunStatus.FINISHED
    with locked(folder.lock), pytest.raises(Conflict):
        reopen_errors(folder)
    other = ExperimentFiles(folder.path.parent).create(folder.spec, "stopped")
    other.ask(Control.CANCEL)
    await run_experiment(other, settings)
    with pytest.raises(UserError, match="was cancelled"):
        reopen_errors(other)
