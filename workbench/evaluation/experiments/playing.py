"""One job of an experiment, played and judged to its result."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass

from bot_core.llm.gateway import OFFLINE_MODEL, ModelSettings
from bot_core.llm.limits import ModelGates
from bot_core.releases.release import Release
from workbench.evaluation.customers.customer import Customer, Exchange
from workbench.evaluation.customers.playing import converse
from workbench.evaluation.customers.records import Move
from workbench.evaluation.customers.summary import as_case_result
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.dataset.personas import Persona
from workbench.evaluation.experiments.gateways import Meter, Stopped
from workbench.evaluation.experiments.plan import Job
from workbench.evaluation.experiments.preparing import Prepared
from workbench.evaluation.judge.judge import without_judgement
from workbench.evaluation.simulation import execute
from workbench.records import CaseResult

_Model = tuple[str, str | None]
_Way = AbstractAsyncContextManager[object]


class _Door:
    """What lets only so many in at once. Raises Stopped inside when the run stops meanwhile."""

    def __init__(self, width: int, meter: Meter) -> None:
        self._places = asyncio.Semaphore(width)
        self._meter = meter

    async def __aenter__(self) -> None:
        await self._places.acquire()
        if self._meter.stopping:
            self._places.release()
            raise Stopped

    async def __aexit__(self, *_: object) -> None:
        self._places.release()


@dataclass(frozen=True)
class _Waiting:
    """A customer whose model plays bots too."""

    customer: Customer
    door: _Way

    async def next_move(self, exchanges: Sequence[Exchange]) -> Move:
        async with self.door:
            return await self.customer.next_move(exchanges)


class Player:
    """No more turns at once with a model than it may have calls: one that queues would look slow. What waits for no
    model (baseline, replay) is played one by one: more at once would take each other's time.

    A judge and a customer's model wait at the door of the bots that they share their model with, and at no other.
    """

    def __init__(self, ready: Prepared) -> None:
        self._ready = ready
        spec = ready.plan.spec
        doors: dict[_Model, _Door] = {}
        alone = _Door(1, ready.meter)
        self._doors: list[_Door] = []
        for subject in ready.plan.subjects:
            narrowest = None if spec.replay else _narrowest(subject.bot.release, ready.meter.gates)
            if narrowest is None:
                self._doors.append(alone)
                continue
            width = narrowest.max_concurrency
            self._doors.append(doors.setdefault(_model(narrowest), _Door(width, ready.meter)))
        self._judge: _Way = doors.get(_model(spec.judge.model), nullcontext()) if spec.judge else nullcontext()
        self._customer: _Way | None = doors.get(_model(spec.customer), nullcontext()) if spec.customer else None

    async def play(self, job: Job) -> CaseResult | None:
        """None when the run is to stop before the end. Never raises for what bot, customer, judge or model do.

        A conversation that only waits for the judge is not played again.
        """
        with self._ready.books[job.position].case(job.key) as calls:
            try:
                kept = next(self._ready.unjudged[job.position].results([job.key]), None)
                result = without_judgement(kept) if kept else await self._played(job)
                asked = result.evaluation_calls if kept else tuple(calls.evaluation)
                if self._ready.judge:
                    async with self._judge:
                        result, more = await self._ready.judge.judged(result)
                    asked += more
            except Stopped:
                return None
        return result.model_copy(update={"evaluation_calls": asked}) if asked else result

    async def _played(self, job: Job) -> CaseResult:
        if isinstance(job.situation, Case):
            return await self._case(job.situation, job)
        return await self._conversation(job.situation, job)

    async def _case(self, case: Case, job: Job) -> CaseResult:
        subject = self._ready.plan.subjects[job.position]
        async with self._doors[job.position]:
            return await execute(
                case, subject.bot, subject.notebook, subject.context, trial=job.trial, session=subject.session
            )

    async def _conversation(self, persona: Persona, job: Job) -> CaseResult:
        subject, door = self._ready.plan.subjects[job.position], self._doors[job.position]
        customer = self._ready.customer(persona, job.trial)
        if self._customer is None:
            async with door:
                talk = await converse(persona, job.trial, customer, subject)
        else:
            talk = await converse(persona, job.trial, _Waiting(customer, self._customer), subject, door=door)
        return as_case_result(talk, persona, subject.context, trial=job.trial)


def _narrowest(release: Release, gates: ModelGates) -> ModelSettings | None:
    """The remote model of the release that takes the fewest calls at once; None when all agents are offline."""
    settings = [agent.settings for agent in release.agents.values() if agent.settings.model != OFFLINE_MODEL]
    return min(map(gates.held, settings), key=lambda one: one.max_concurrency, default=None)


def _model(settings: ModelSettings) -> _Model:
    return settings.model, settings.api_base
