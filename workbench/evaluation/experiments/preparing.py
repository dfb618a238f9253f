"""From an experiment's names to what is played: cases, bots, customers, and the journals of earlier processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bot_core.settings import Settings
from bot_core.store.store import open_store
from workbench.evaluation.build import Subject, build_subject
from workbench.evaluation.cassettes import CASSETTES, ReplaySession, replayed_subject
from workbench.evaluation.customers.customer import CustomerMaker
from workbench.evaluation.customers.rule_based import RuleBasedCustomer
from workbench.evaluation.experiments.plan import Plan, settings_for, situations_of
from workbench.records import VariantSpec
from workbench.storage.experiment_files import ExperimentFolder
from workbench.storage.journal import Journal


@dataclass(frozen=True)
class Prepared:
    plan: Plan
    journals: Sequence[Journal]
    """One for each variant."""
    customer: CustomerMaker
    settings: Settings
    """With the experiment's own catalogue."""


@contextmanager
def prepared(folder: ExperimentFolder, settings: Settings) -> Iterator[Prepared]:
    """Raises UserError for a wrong name or file. Releases and prompts are those of the operational store."""
    settings = settings_for(folder.spec, settings)
    situations, digest = situations_of(folder.spec)
    store = open_store(settings.store_url)
    try:

        def subject(variant: VariantSpec) -> Subject:
            if folder.spec.replay:
                session = ReplaySession(CASSETTES, variant.release_id)
                return replayed_subject(variant, settings, session, releases=store.releases, prompts=store.prompts)
            return build_subject(variant, settings, releases=store.releases, prompts=store.prompts)

        plan = Plan(folder.spec, situations, digest, [subject(variant) for variant in folder.spec.variants])
        journals = [Journal(folder.journal_path(run_id)) for run_id in folder.run_ids()]
        yield Prepared(plan, journals, RuleBasedCustomer, settings)
    finally:
        store.close()
