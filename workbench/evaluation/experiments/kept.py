"""What processes left on disk of an experiment's runs. To read and to file it takes neither cases nor bots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot_core.errors import UserError
from bot_core.llm.gateway import LLMGateway
from bot_core.settings import Settings
from workbench.evaluation.experiments.calls import CallBook
from workbench.evaluation.experiments.pairing import Pairing
from workbench.evaluation.experiments.plan import Plan, settings_for, situations_of
from workbench.evaluation.judge.judge import Judge
from workbench.records import RunRecord
from workbench.storage.call_journal import CallJournal
from workbench.storage.experiment_files import ExperimentFolder, unjudged_id
from workbench.storage.journal import Journal, ResultKey


@dataclass(frozen=True)
class Kept:
    journals: Sequence[Journal]
    """The results, for each variant."""
    unjudged: Sequence[Journal]
    """Conversations that wait for the judge only, for each variant: they were played, and the judge failed."""
    books: Sequence[CallBook]
    """The model calls, for each variant."""
    pairing: Pairing | None
    """Where the judge also compares."""


def kept_of(folder: ExperimentFolder, judge: LLMGateway) -> Kept:
    """`judge` is what the model is asked through that compares. Raises StoreError."""
    journals = [Journal(folder.journal_path(run_id)) for run_id in folder.run_ids()]
    return Kept(
        journals=journals,
        unjudged=[Journal(folder.journal_path(unjudged_id(run_id))) for run_id in folder.run_ids()],
        books=[
            CallBook(CallJournal(folder.calls_path(run_id)), journal)
            for run_id, journal in zip(folder.run_ids(), journals, strict=True)
        ],
        pairing=_pairing(folder, journals, judge),
    )


def order_of(run: RunRecord, plan: Plan) -> Iterator[ResultKey] | None:
    """That of the cases; None, as they came, when the cases are others by now."""
    return plan.order() if run.dataset_digest == plan.digest else None


def order_left(run: RunRecord, folder: ExperimentFolder, settings: Settings) -> Iterator[ResultKey] | None:
    """The same of an experiment that nothing is prepared of: None also when the cases are gone."""
    try:
        situations, digest = situations_of(folder.spec, settings_for(folder.spec, settings))
    except UserError:
        return None
    return order_of(run, Plan(folder.spec, situations, digest, ()))


def _pairing(folder: ExperimentFolder, results: Sequence[Journal], gateway: LLMGateway) -> Pairing | None:
    judge = folder.spec.judge
    if judge is None or not judge.pairwise or len(results) < 2:
        return None
    return Pairing(folder, results, Judge(gateway, judge), judge)
