"""Experiments with a cap, against a real HTTP model that adds up what it is owed: bot, judge and pairs together."""

from __future__ import annotations

import asyncio
import random
import threading
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot_core.llm.gateway import ModelSettings
from bot_core.llm.price_list import price_of
from bot_core.trace import Usage
from tests.fakes.judged import judged_experiment, settings_in
from tests.fakes.model_server import ModelServer
from tests.fakes.model_wire import Answer, Behaviour, RecordedRequest
from workbench.evaluation.experiments.running import run_experiment
from workbench.records import ExperimentProgress, RunStatus
from workbench.storage.experiment_files import ExperimentFolder

BOT, JUDGE = "openai/gpt-4o-mini", "openai/gpt-4.1-mini"
"""Names whose prices are listed; nobody but the fake server is asked."""
_FINE = {"reason": "bien", "verdict": "bien"}


class BillingModel:
    """Answers of random length, each within what its caller allows, and what they cost."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._lock = threading.Lock()
        self._prices = {name.partition("/")[2]: listed for name in (BOT, JUDGE) if (listed := price_of(name))}
        self.owed = Decimal(0)
        self.answers = 0

    def __call__(self, request: RecordedRequest) -> Behaviour:
        with self._lock:
            read = self._rng.randint(100, max(101, len(request.text.encode()) // 2))
            said = self._rng.randint(1, int(request.body.get("max_tokens", 100)))
            price = self._prices[request.body["model"]]
            self.owed += price.of(Usage(input_tokens=read, output_tokens=said))
            self.answers += 1
            return Answer(self._content(request), input_tokens=read, output_tokens=said)

    def _content(self, request: RecordedRequest) -> dict[str, Any]:
        properties = request.schema.get("properties", {})
        if "better" in properties:
            return {"reason": "así", "better": self._rng.choice(["1", "2", "ninguna"])}
        if "helpfulness" in properties:
            return {"helpfulness": _FINE, "tone": _FINE, "completeness": _FINE}
        if "intents" in properties:
            return {"intents": [{"intent": "greeting", "confidence": 0.9}], "language": "es"}
        return {"text": self._rng.choice(["¡Hola! ¿Qué auto buscas?", "Hola, soy el asistente de Kavak."])}


@dataclass
class Spent:
    """What experiments with random caps did. `over` must stay 0."""

    experiments: int = 0
    answers: int = 0
    stopped: int = 0
    """Experiments that their cap stopped."""
    among_pairs: int = 0
    """Of them, while the judge compared."""
    over: int = 0
    """Times that money owed, or spent and reserved, exceeded a cap."""
    most_used: float = 0.0
    """The largest part of a cap that was owed in the end."""


def spend(experiments: int, seed: int, folder: Path) -> Spent:
    """Play them one after the other, many calls at once in each."""
    rng = random.Random(seed)
    figures = Spent(experiments=experiments)
    for number in range(experiments):
        model = BillingModel(rng.randrange(1 << 30))
        with ModelServer(model) as server:
            asyncio.run(_one(f"s{number}", rng, model, server, folder, figures))
        figures.answers += model.answers
    return figures


async def _one(
    name: str, rng: random.Random, model: BillingModel, server: ModelServer, folder: Path, figures: Spent
) -> None:
    experiment = _experiment(name, rng, server, folder)
    cap = experiment.spec.budget_usd or Decimal(0)

    def watch(progress: ExperimentProgress) -> None:
        figures.over += progress.usd_spent + progress.usd_reserved > cap

    progress = await run_experiment(experiment, settings_in(folder), on_progress=watch)
    assert progress.usd_spent == model.owed, (progress, model.owed)
    figures.over += model.owed > cap
    figures.most_used = max(figures.most_used, float(model.owed / cap))
    if progress.status is RunStatus.OVER_BUDGET:
        figures.stopped += 1
        figures.among_pairs += progress.done == progress.total


def _experiment(name: str, rng: random.Random, server: ModelServer, folder: Path) -> ExperimentFolder:
    def model(of: str, heat: float = 0.0) -> ModelSettings:
        return ModelSettings(
            model=of, temperature=heat, api_base=server.openai_base, reasks=0, max_tokens=200, max_concurrency=32
        )

    return judged_experiment(
        folder,
        name,
        {"A": model(BOT), "B": model(BOT, 1.0)},
        model(JUDGE),
        trials=rng.randint(1, 3),
        concurrency=rng.choice([1, 4, 24]),
        budget_usd=Decimal(str(round(rng.uniform(0.002, 0.05), 5))),
    )
