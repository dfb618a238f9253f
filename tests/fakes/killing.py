"""An experiment that is killed at random moments until it is through, against a real HTTP model that counts."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot_core.llm.gateway import ModelSettings
from tests.fakes.judged import judged_experiment
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import Answer, Behaviour, RecordedRequest, rate_limited
from tests.fakes.run_zygote import Zygote
from workbench.records import CaseResult, RunStatus
from workbench.storage.call_journal import CallJournal, CallState
from workbench.storage.experiment_files import ExperimentFolder, preferences_id

MODEL_SECONDS = 0.02
_FRIENDLY = "¡Hola! Soy el asistente de Kavak. ¿Qué auto buscas?"
MOST_CALLS = 6
"""A process is killed a random moment after as many further questions at most, or ends by itself."""
LONGEST_WAIT = 2 * MODEL_SECONDS


class CountingModel:
    """Answers like a greeting bot, or like its judge. The input tokens of an answer are its number: they tell a
    journal's line apart."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        self._lock = threading.Lock()
        self._refusals = random.Random(1)

    def __call__(self, request: RecordedRequest) -> Behaviour:
        with self._lock:
            if self._refusals.random() < 0.05:
                return rate_limited(retry_after=0.01)
            self.bodies.append(json.dumps(request.body, sort_keys=True))
            number = len(self.bodies)
        return Answer(_content(request), input_tokens=number)


def _content(request: RecordedRequest) -> dict[str, Any]:
    properties = request.schema.get("properties", {})
    if "intents" in properties:
        return {"intents": [{"intent": "greeting", "confidence": 0.9}], "language": "es"}
    if "helpfulness" in properties:
        return {rubric: {"reason": "bien", "verdict": "bien"} for rubric in ("helpfulness", "tone", "completeness")}
    if "better" in properties:
        first = _FRIENDLY in request.text.partition("<conversacion_2>")[0]
        return {"reason": "más cordial", "better": "1" if first else "2"}
    return {"text": _FRIENDLY if request.body.get("model") == "fake-two" else "Hola. ¿Qué auto buscas?"}


@dataclass
class Killed:
    """What a series of kills did. `paid_twice` must stay empty."""

    kills: int = 0
    experiments: int = 0
    calls: int = 0
    """Answers that the model gave."""
    recorded: int = 0
    """Of them, in a journal."""
    lost: int = 0
    """Of them, under way at a kill: asked again."""
    paid_twice: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    """Results that an uninterrupted run does not have."""
    seconds: float = 0.0


def kill_experiments(kills: int, seed: int, folder: Path) -> Killed:
    """Experiments one after the other, until `kills` processes were killed while they worked."""
    rng = random.Random(seed)
    figures = Killed()
    started = time.perf_counter()
    zygote = Zygote(folder / "zygote.log")
    model = CountingModel()
    try:
        with ModelServer(model, delay=MODEL_SECONDS) as server:
            expected = _uninterrupted(zygote, server, folder)
            while figures.kills < kills:
                figures.experiments += 1
                _one(f"k{figures.experiments}", kills, rng, zygote, server, model, folder, figures, expected)
    finally:
        zygote.close()
    figures.seconds = time.perf_counter() - started
    return figures


def _uninterrupted(zygote: Zygote, server: ModelServer, folder: Path) -> list[object]:
    experiment = _created("whole", server, folder)
    assert zygote.run(folder / "var", "whole").wait() == 0, (folder / "zygote.log").read_text()[-3000:]
    return _told(experiment)


def _one(
    name: str,
    kills: int,
    rng: random.Random,
    zygote: Zygote,
    server: ModelServer,
    model: CountingModel,
    folder: Path,
    figures: Killed,
    expected: list[object],
) -> None:
    experiment = _created(name, server, folder)
    first = len(model.bodies)
    paid: dict[str, int] = {}
    while True:
        process = zygote.run(folder / "var", name)
        if figures.kills < kills:
            _let_it_work(server, len(server.chats) + rng.randint(0, MOST_CALLS), experiment)
            threading.Event().wait(rng.uniform(0.0, LONGEST_WAIT))
            killed = process.kill()
        else:
            killed = process.wait() != 0
        seen = len(model.bodies)
        answers = _journal(experiment)
        for number in answers:
            paid.setdefault(model.bodies[number - 1], seen)
        if not killed:
            break
        figures.kills += 1
    later = [(body, number) for number, body in enumerate(model.bodies[first:], start=first)]
    figures.paid_twice += [body for body, number in later if body in paid and number >= paid[body]]
    answered, recorded = len(model.bodies) - first, len(_journal(experiment))
    figures.calls += answered
    figures.recorded += recorded
    figures.lost += answered - recorded
    assert experiment.progress().status is RunStatus.FINISHED, experiment.progress()
    figures.different += [f"{name}: {a} != {b}" for a, b in zip(_told(experiment), expected, strict=True) if a != b]


def _let_it_work(server: ModelServer, chats: int, experiment: ExperimentFolder) -> None:
    pause = threading.Event()
    while len(server.chats) < chats and experiment.progress().status is not RunStatus.FINISHED:
        pause.wait(0.002)


def _created(name: str, server: ModelServer, folder: Path) -> ExperimentFolder:
    def model(of: str) -> ModelSettings:
        return ModelSettings(model=of, api_base=server.openai_base, max_concurrency=4)

    bots = {of: model(of) for of in ("openai/fake-one", "openai/fake-two")}
    return judged_experiment(folder, name, bots, model("openai/fake-judge"), split="golden", concurrency=4)


def _journal(experiment: ExperimentFolder) -> list[int]:
    """The numbers of the answers that are in the journals; none may be there twice."""
    numbers = [
        line.usage.input_tokens
        for name in [*experiment.run_ids(), *map(preferences_id, experiment.run_ids())]
        for line in CallJournal(experiment.calls_path(name)).lines()
        if line.state is CallState.ANSWERED
    ]
    assert max(Counter(numbers).values(), default=0) <= 1
    return numbers


def _told(experiment: ExperimentFolder) -> list[object]:
    """What must not depend on kills: who was played, the verdicts, the replies, what the bot's calls answered, whom the
    judge prefers."""
    played = [_facts(result) for run_id in experiment.run_ids() for result in experiment.results(run_id)]
    preferred = experiment.preferences(experiment.run_ids()[1])
    return [*played, *((record.case_id, record.outcome, len(record.calls)) for record in preferred)]


def _facts(result: CaseResult) -> object:
    calls = [(call.agent, call.answer) for turn in result.turns for call in turn.trace.calls]
    verdicts = [(score.scorer, score.verdict) for score in result.scores]
    return result.case_id, result.trial, result.verdict, verdicts, [turn.reply.text for turn in result.turns], calls
