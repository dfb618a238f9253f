"""One job of an experiment, played and judged to its result."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager

from bot_core.llm.gateway import OFFLINE_MODEL
from bot_core.releases.release import Release
from workbench.evaluation.customers.playing import converse
from workbench.evaluation.customers.summary import as_case_result
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.dataset.personas import Persona
from workbench.evaluation.experiments.gateways import Stopped
from workbench.evaluation.experiments.plan import Job
from workbench.evaluation.experiments.preparing import Prepared
from workbench.evaluation.judge.judge import without_judgement
from workbench.evaluation.simulation import execute
from workbench.records import CaseResult

_Model = tuple[str, str | None]


class Player:
    """No more conversations with a model at once than it may have calls: a turn that queues would look slow. What
    waits for no model (baseline, replay) is played one by one: more at once would take each other's time."""

    def __init__(self, ready: Prepared) -> None:
        self._ready = ready
        doors: dict[_Model, asyncio.Semaphore] = {}
        alone = asyncio.Semaphore(1)
        self._doors: list[AbstractAsyncContextManager[object]] = []
        for subject in ready.plan.subjects:
            narrowest = None if ready.plan.spec.replay else _narrowest(subject.bot.release)
            if narrowest is None:
                self._doors.append(alone)
                continue
            model, width = narrowest
            self._doors.append(doors.setdefault(model, asyncio.Semaphore(width)))

    async def play(self, job: Job) -> CaseResult | None:
        """None when the run is to stop before the end. Never raises for what bot, customer, judge or model do.

        A conversation that only waits for the judge is not played again.
        """
        async with self._doors[job.position]:
            if self._ready.meter.stopping:
                return None
            with self._ready.books[job.position].case(job.key) as calls:
                try:
                    kept = next(self._ready.unjudged[job.position].results([job.key]), None)
                    result = without_judgement(kept) if kept else await self._played(job)
                    asked = result.evaluation_calls if kept else tuple(calls.evaluation)
                    if self._ready.judge:
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
        return await execute(
            case, subject.bot, subject.notebook, subject.context, trial=job.trial, session=subject.session
        )

    async def _conversation(self, persona: Persona, job: Job) -> CaseResult:
        subject = self._ready.plan.subjects[job.position]
        customer = self._ready.customer(persona, job.trial)
        talk = await converse(persona, job.trial, customer, subject)
        return as_case_result(talk, persona, subject.context, trial=job.trial)


def _narrowest(release: Release) -> tuple[_Model, int] | None:
    """The remote model of the release that takes the fewest calls at once; None when all agents are offline."""
    settings = [agent.settings for agent in release.agents.values() if agent.settings.model != OFFLINE_MODEL]
    if not settings:
        return None
    least = min(settings, key=lambda one: one.max_concurrency)
    return (least.model, least.api_base), least.max_concurrency
