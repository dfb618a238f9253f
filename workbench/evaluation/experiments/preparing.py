"""From an experiment's names to what is played: cases, bots, customers, a judge, and what earlier processes left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from bot_core.errors import UserError
from bot_core.llm.gateway import OFFLINE_MODEL, LLMGateway, ModelSettings
from bot_core.llm.limits import ModelGates
from bot_core.llm.litellm_gateway import LiteLLMGateway
from bot_core.llm.price_list import price_of
from bot_core.releases.release import Release
from bot_core.settings import Settings
from bot_core.store.names import NamedBundles
from workbench.evaluation.build import Subject, build_subject, variant_release
from workbench.evaluation.cassettes import CASSETTES, ReplaySession, replayed_subject
from workbench.evaluation.customers.customer import CustomerMaker
from workbench.evaluation.customers.model_driven import model_customers
from workbench.evaluation.customers.rule_based import RuleBasedCustomer
from workbench.evaluation.experiments.budget import Budget
from workbench.evaluation.experiments.gateways import (
    Meter,
    MeteredGateway,
    ModelOnly,
    NotingGateway,
    PatientGateway,
    PriceOf,
)
from workbench.evaluation.experiments.judging import Judging, judge_of
from workbench.evaluation.experiments.kept import Kept, kept_of
from workbench.evaluation.experiments.plan import Plan, settings_for, situations_of
from workbench.evaluation.experiments.pricing import asked_models, refuse_unpriced
from workbench.records import ExperimentSpec, VariantSpec
from workbench.storage.experiment_files import ExperimentFolder

TURN_SECONDS = 900.0
"""A turn may wait this long for the experiment's own limits; how long it took is measured, not cut off."""
_NEVER = 1 << 30


@dataclass(frozen=True)
class Wiring:
    """What stands behind the models; tests and benchmarks put fakes here."""

    remote: LLMGateway = field(default_factory=LiteLLMGateway)
    price_of: PriceOf = price_of


@dataclass(frozen=True)
class Prepared(Kept):
    plan: Plan
    asked: tuple[ModelSettings, ...]
    """Models of providers and servers, each once; not what recordings answer, nor fallbacks."""
    settings: Settings
    """With the experiment's own catalogue."""
    meter: Meter
    customer: CustomerMaker
    judge: Judging | None


@contextmanager
def prepared(folder: ExperimentFolder, settings: Settings, wiring: Wiring) -> Iterator[Prepared]:
    """Raises UserError for a wrong name or file. Releases and prompts are those of the operational store."""
    spec = folder.spec
    settings = settings_for(spec, settings)
    with _planned(spec, settings, wiring) as (plan, meter, judge):
        evaluating = NotingGateway(_gateway(ModelOnly(), meter, wiring))
        kept = kept_of(folder, _gateway(ModelOnly(), meter, wiring))
        paid_for_pairs = kept.pairing.usd if kept.pairing else Decimal(0)
        meter.budget.spent_usd = sum((book.usd for book in kept.books), paid_for_pairs)
        yield Prepared(
            plan=plan,
            asked=_asked(plan),
            settings=settings,
            journals=kept.journals,
            unjudged=kept.unjudged,
            books=kept.books,
            meter=meter,
            customer=model_customers(evaluating, spec.customer) if spec.customer else RuleBasedCustomer,
            judge=judge,
            pairing=kept.pairing,
        )


def check(spec: ExperimentSpec, settings: Settings) -> None:
    """All that a run looks up before its first call is there. Raises UserError as a run would; writes nothing."""
    with _planned(spec, settings_for(spec, settings), Wiring()):
        pass


@contextmanager
def _planned(spec: ExperimentSpec, settings: Settings, wiring: Wiring) -> Iterator[tuple[Plan, Meter, Judging | None]]:
    """Who plays what, once every name is looked up. Raises UserError."""
    situations, digest = situations_of(spec, settings)
    _refuse(spec)
    with closing(NamedBundles(settings.store_url)) as names:
        releases = [variant_release(one, names.releases) for one in spec.variants]
        refuse_unpriced(spec, releases, wiring.price_of)
        gates = ModelGates(max_waiting=_NEVER, together=asked_models(spec, releases))
        meter = Meter(Budget(spec.budget_usd), wiring.price_of, gates)
        subjects = [_subject(variant, settings, names, spec, meter, wiring) for variant in spec.variants]
        judge = judge_of(spec, _gateway(ModelOnly(), meter, wiring))
        yield Plan(spec, situations, digest, subjects), meter, judge


def _subject(
    variant: VariantSpec, settings: Settings, names: NamedBundles, spec: ExperimentSpec, meter: Meter, wiring: Wiring
) -> Subject:
    # A release without models has nothing to replay: it is played as it is, beside one that was recorded.
    if spec.replay and _asks_models(variant_release(variant, names.releases)):
        session = ReplaySession(CASSETTES, variant.release_id)
        return replayed_subject(variant, settings, session, releases=names.releases, prompts=names.prompts)
    return build_subject(
        variant,
        settings,
        releases=names.releases,
        prompts=names.prompts,
        gateway=lambda baseline: _gateway(baseline, meter, wiring),
        turn_seconds=TURN_SECONDS,
    )


def _asks_models(release: Release) -> bool:
    return any(agent.settings.model != OFFLINE_MODEL for agent in release.agents.values())


def _asked(plan: Plan) -> tuple[ModelSettings, ...]:
    if plan.spec.replay:
        return ()
    named = [agent.settings for subject in plan.subjects for agent in subject.bot.release.agents.values()]
    judge = plan.spec.judge.model if plan.spec.judge else None
    every = [settings for settings in (*named, judge, plan.spec.customer) if settings is not None]
    return tuple({one.model_dump_json(): one for one in every if one.model != OFFLINE_MODEL}.values())


def _gateway(baseline: LLMGateway, meter: Meter, wiring: Wiring) -> PatientGateway:
    return PatientGateway(offline=baseline, remote=MeteredGateway(wiring.remote, meter), gates=meter.gates)


def _refuse(spec: ExperimentSpec) -> None:
    """A replay opens no socket, so that nothing in it may ask a model that was not recorded."""
    asking = (spec.customer is not None, bool(spec.judge and spec.judge.model.model != OFFLINE_MODEL))
    if spec.replay and any(asking):
        raise UserError("a replay cannot ask a model for customers or judgements", hint="leave out replay, or them")
    if spec.judge and spec.judge.pairwise and spec.judge.model.model == OFFLINE_MODEL:
        raise UserError("the embedded rules do not compare conversations", hint="choose a model as judge, or no pairs")
    if spec.replay and spec.personas:
        raise UserError("simulated customers are not recorded: a replay knows the cases of a split only")
