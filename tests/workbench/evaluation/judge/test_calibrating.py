"""From a judge's model over real HTTP to recordings, and from those to the same calibration without a socket."""

from __future__ import annotations

import asyncio
import json
import socket
from datetime import date
from pathlib import Path

import pytest

from bot_core.errors import StaleCassette
from bot_core.llm.gateway import ModelSettings
from tests.fakes.judging import answer, better, label
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import Answer, RecordedRequest, empty
from workbench.evaluation.judge.asked import LOCAL_JUDGE
from workbench.evaluation.judge.calibrating import CalibrationJob, How, labelled_pairs
from workbench.evaluation.judge.labelled_set import labelled_kinds
from workbench.evaluation.judge.record import JudgeCalibration, identity_of, read_calibration
from workbench.evaluation.judge.rubric import Rubric
from workbench.evaluation.judge.rules import RULE_JUDGE
from workbench.records import JudgeSpec, Verdict

TODAY = date(2026, 11, 24)
KIND = """
kind: {kind}
defect: {defect}
made_on: 2026-11-24
about: for a test
verdicts: {verdicts}
replies:
- {{id: {kind}-1, source: a.1, how: by hand, customer: "hola 1", reply: "{reply} 1"}}
- {{id: {kind}-2, source: b.1, how: by hand, customer: "hola 2", reply: "{reply} 2"}}
"""
ALL_FINE = "{helpfulness: pass, tone: pass, completeness: pass}"


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    folder = tmp_path / "labelled"
    folder.mkdir()
    fine = KIND.format(kind="fine", defect="false", verdicts=ALL_FINE, reply="Con gusto")
    rude = KIND.format(kind="rude", defect="true", verdicts="{tone: fail}", reply="Qué flojera")
    (folder / "fine.yaml").write_text(fine, encoding="utf-8")
    (folder / "rude.yaml").write_text(rude, encoding="utf-8")
    return folder


def judge_model(request: RecordedRequest) -> Answer:
    """Finds rude replies and prefers whatever stands first."""
    if "<conversacion_1>" in request.text:
        return Answer(json.loads(better("1").model_dump_json()))
    failing = [Rubric.TONE] if "flojera" in request.text.partition("<respuesta>")[2] else []
    return Answer(json.loads(answer(*failing).model_dump_json()))


def job(labelled: Path, how: How, base: str = "http://127.0.0.1:9/v1", **options) -> CalibrationJob:
    settings = ModelSettings(model="openai/judge-1", api_base=base, reasks=0, retries=0, timeout_seconds=300)
    return CalibrationJob(JudgeSpec(model=settings), how, labelled=labelled, cassettes=labelled.parent, **options)


def run(one: CalibrationJob) -> JudgeCalibration:
    return asyncio.run(one.run(on=TODAY))


def replayed(one: CalibrationJob) -> JudgeCalibration:
    """Where any connection fails."""

    def refused(*arguments: object, **options: object) -> None:
        raise AssertionError(f"a replay opened a socket: {arguments}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refused)
        return run(one)


def test_a_recorded_judge_is_calibrated_again_without_a_model(labelled):
    with ModelServer(judge_model) as server:
        live = run(job(labelled, How.RECORD, server.openai_base, with_pairs=True))
        assert len(server.chats) == 4 + 2 * 2
    replay = job(labelled, How.REPLAY)
    again = replayed(replay)
    assert replay.problems() == ()
    assert again.rubrics == live.rubrics and again.pairs == live.pairs
    tone = again.rubrics[Rubric.TONE].every
    assert (tone.kappa.value, tone.n, tone.by_defect["rude"].count) == (1.0, 4, 2)
    assert again.replies == again.labelled_replies == 4
    assert again.pairs and (again.pairs.summary.flips.share, again.pairs.summary.ties) == (1.0, 2)


def test_only_what_was_recorded_is_replayed(labelled):
    with ModelServer(judge_model) as server:
        run(job(labelled, How.RECORD, server.openai_base, only=("rude",)))
    found = replayed(job(labelled, How.REPLAY))
    assert (found.replies, found.labelled_replies, found.pairs) == (2, 4, None)


def test_a_changed_reply_is_not_replayed_silently(labelled):
    with ModelServer(judge_model) as server:
        run(job(labelled, How.RECORD, server.openai_base))
    path = labelled / "rude.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("Qué flojera", "Qué pereza"), encoding="utf-8")
    with pytest.raises(StaleCassette, match=r"(?s)judge/judge-1.judge-v001/rude.*workbench judge calibrate --record"):
        replayed(job(labelled, How.REPLAY))


def test_a_judge_that_answers_nonsense_is_unscored(labelled):
    with ModelServer(empty()) as server:
        found = run(job(labelled, How.LIVE, server.openai_base))
    tone = found.rubrics[Rubric.TONE].every
    assert (tone.n, tone.unscored.share) == (0, 1.0) and not tone.floor_met


def test_what_people_have_labelled_is_asked_too(labelled):
    people = (label("real-1", Verdict.FAIL, annotator="ana"), label("rude-1", Verdict.PASS, annotator="ana"))
    with ModelServer(judge_model) as server:
        found = run(job(labelled, How.LIVE, server.openai_base, people=people))
    assert found.replies == 5
    assert found.rubrics[Rubric.TONE].every.n == 5
    assert found.rubrics[Rubric.TONE].every.by_defect["rude"].n == 1, "ana found the other one friendly"


def test_pairs_set_a_defect_against_the_same_turn_without_it():
    kinds = labelled_kinds()
    pairs = labelled_pairs(kinds)
    assert len(pairs) >= 20 and "rude-01" in pairs
    for pair in pairs.values():
        assert pair.good.partition("\nAsistente:")[0] == pair.bad.partition("\nAsistente:")[0]
        assert pair.good != pair.bad


@pytest.mark.parametrize(
    "one",
    [CalibrationJob(RULE_JUDGE, How.RULES), CalibrationJob(LOCAL_JUDGE, How.REPLAY)],
    ids=["rules", "local model, replayed"],
)
def test_the_committed_calibration_is_what_the_judge_gives_today(one):
    committed = read_calibration(identity_of(one.spec))
    assert committed, "python -m workbench judge calibrate --write"
    found = replayed(one)
    assert found.model_copy(update={"made_on": committed.made_on}) == committed
    assert one.problems() == ()
