"""One job of an experiment, played to its result."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.evaluation.customers.playing import converse
from workbench.evaluation.customers.summary import as_case_result
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.dataset.personas import Persona
from workbench.evaluation.experiments.plan import Job
from workbench.evaluation.experiments.preparing import Prepared
from workbench.evaluation.simulation import execute
from workbench.records import CaseResult


@dataclass(frozen=True)
class Player:
    ready: Prepared

    async def play(self, job: Job) -> CaseResult:
        """Never raises for what bot, customer or model do: the result then has an error."""
        if isinstance(job.situation, Case):
            return await self._case(job.situation, job)
        return await self._conversation(job.situation, job)

    async def _case(self, case: Case, job: Job) -> CaseResult:
        subject = self.ready.plan.subjects[job.position]
        return await execute(
            case, subject.bot, subject.notebook, subject.context, trial=job.trial, session=subject.session
        )

    async def _conversation(self, persona: Persona, job: Job) -> CaseResult:
        subject = self.ready.plan.subjects[job.position]
        customer = self.ready.customer(persona, job.trial)
        talk = await converse(persona, job.trial, customer, subject)
        return as_case_result(talk, persona, subject.context, trial=job.trial)
