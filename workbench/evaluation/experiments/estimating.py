"""What an experiment will cost and how long it will take, before a cent is spent."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from bot_core.llm.gateway import OFFLINE_MODEL, ModelSettings
from bot_core.llm.price_list import own_price, price_of
from bot_core.releases.release import Release
from bot_core.settings import Settings
from bot_core.store.names import NamedBundles
from bot_core.trace import Usage
from workbench.evaluation.build import variant_release
from workbench.evaluation.cassettes import CASSETTES
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.experiments.gateways import PriceOf
from workbench.evaluation.experiments.history import Observation, UsedCall, earlier_runs, mean, recorded
from workbench.evaluation.experiments.plan import Situation, result_id, situations_of
from workbench.evaluation.experiments.pricing import refuse_unpriced
from workbench.records import ExperimentSpec, VariantSpec
from workbench.storage.experiment_files import ExperimentFiles, experiments_folder

_LIKE = "local"
"""The recorded release that stands for one that was never played: its prompts are of the same kind."""
_JUDGE = UsedCall("judge", Usage(input_tokens=450, output_tokens=100), 2.0)
"""Of a reply. The recorded ones read 344 tokens and say 93; conversations have a turn before and longer facts."""
_PAIR_TOKENS, _PAIR_TURN_TOKENS, _PAIR_ANSWER_TOKENS = 300, 220, 60
"""A comparison reads this much, and as much for each turn of both conversations, and says this much."""
_CUSTOMER = UsedCall("customer", Usage(input_tokens=900, output_tokens=60), 1.0)
_PERSONA_TURNS = 5
_OWN_SECONDS = 0.02
"""Our own time for a turn."""
_WIDTH = 1.96
_UNCERTAIN = 0.1
"""Standard error of what nothing was measured of, as a part of it."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """`low` to `high` is where the cost should be nineteen times in twenty, in USD."""

    usd: Decimal
    low: Decimal
    high: Decimal
    calls: int
    tokens: int
    seconds: float
    basis: str
    """What the figures rest on, in English."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What one conversation is expected to use. `known` when this very case was played before."""

    usd: float
    calls: float
    tokens: float
    seconds: float
    known: bool = False

    def __add__(self, other: Expected) -> Expected:
        return Expected(
            self.usd + other.usd,
            self.calls + other.calls,
            self.tokens + other.tokens,
            self.seconds + other.seconds,
            self.known and other.known,
        )


def estimate(spec: ExperimentSpec, settings: Settings, *, price: PriceOf = price_of) -> Estimate:
    """Raises UserError for a wrong name."""
    situations, _ = situations_of(spec, settings)
    turns = sum(turns_of(situation) for situation in situations) * spec.trials
    if spec.replay:
        seconds = turns * len(spec.variants) * _OWN_SECONDS
        return Estimate(Decimal(0), Decimal(0), Decimal(0), 0, 0, seconds, "a replay calls no model")
    files = ExperimentFiles(experiments_folder(settings))
    with closing(NamedBundles(settings.store_url)) as names:
        releases = [variant_release(variant, names.releases) for variant in spec.variants]
    refuse_unpriced(spec, releases, price)
    parts = [
        _variant(spec, situations, variant, release, files, price)
        for variant, release in zip(spec.variants, releases, strict=True)
    ]
    parts.append(_pairs(spec, situations, price))
    usd, spread = sum(part.usd for part in parts), math.sqrt(sum(part.spread**2 for part in parts))
    return Estimate(
        usd=_money(usd),
        low=_money(max(0.0, usd - _WIDTH * spread)),
        high=_money(usd + _WIDTH * spread),
        calls=round(sum(part.calls for part in parts)),
        tokens=round(sum(part.tokens for part in parts)),
        seconds=sum(part.seconds for part in parts) + turns * len(releases) * _OWN_SECONDS,
        basis="; ".join(dict.fromkeys(part.basis for part in parts if part.basis)),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """One variant's share. `spread` is the standard error of `usd`."""

    usd: float
    spread: float
    calls: float
    tokens: float
    seconds: float
    basis: str


def _variant(
    spec: ExperimentSpec,
    situations: Sequence[Situation],
    variant: VariantSpec,
    release: Release,
    files: ExperimentFiles,
    price: PriceOf,
) -> _Part:
    remote = {name.value: agent.settings for name, agent in release.agents.items() if is_remote(agent.settings)}
    evaluating = _evaluators(spec)
    extra = [_evaluation(evaluating, turns_of(situation), price) for situation in situations]
    nothing = "the bot calls no model" if any(one.calls for one in extra) else "no model is called"
    observations, basis = _ground(variant, files) if remote else ((), nothing)
    past = Past(observations, remote, price)
    each = [past.expected_of(situation) for situation in situations]
    whole = [one + more for one, more in zip(each, extra, strict=True)]
    turns = sum(map(turns_of, situations))
    busy = [(settings, call.seconds * turns) for call, settings in evaluating]
    if remote:
        narrowest = min(remote.values(), key=lambda settings: settings.max_concurrency)
        busy.append((narrowest, sum(one.seconds for one in each)))
    return _Part(
        usd=sum(one.usd for one in whole) * spec.trials,
        spread=past.spread(each) * spec.trials,
        calls=sum(one.calls for one in whole) * spec.trials,
        tokens=sum(one.tokens for one in whole) * spec.trials,
        seconds=_duration(busy, spec.concurrency) * spec.trials,
        basis=basis,
    )


def _duration(busy: Sequence[tuple[ModelSettings, float]], concurrency: int) -> float:
    """Of calls that take so many seconds in all: as many at once as there are conversations, and as each model takes,
    by the narrowest of its settings."""
    loads: dict[tuple[str, str | None], list[tuple[int, float]]] = {}
    for settings, seconds in busy:
        loads.setdefault((settings.model, settings.api_base), []).append((settings.max_concurrency, seconds))
    each = [sum(seconds for _, seconds in load) / min(width for width, _ in load) for load in loads.values()]
    return max([sum(seconds for _, seconds in busy) / concurrency, *each])


def _pairs(spec: ExperimentSpec, situations: Sequence[Situation], price: PriceOf) -> _Part:
    """Each further variant's conversations with the first one's, in both orders."""
    others = len(spec.variants) - 1
    if spec.judge is None or not spec.judge.pairwise or not is_remote(spec.judge.model):
        return _Part(0, 0, 0, 0, 0, "")
    read = [_PAIR_TOKENS + 2 * _PAIR_TURN_TOKENS * turns_of(situation) for situation in situations]
    usages = [Usage(input_tokens=tokens, output_tokens=_PAIR_ANSWER_TOKENS) for tokens in read]
    times = 2 * others * spec.trials
    width = min(spec.judge.model.max_concurrency, spec.concurrency)
    return _Part(
        usd=sum(_usd(usage, spec.judge.model, price) for usage in usages) * times,
        spread=sum(_usd(usage, spec.judge.model, price) for usage in usages) * times * _UNCERTAIN,
        calls=len(situations) * times,
        tokens=sum(usage.input_tokens + usage.output_tokens for usage in usages) * times,
        seconds=len(situations) * times * _JUDGE.seconds / width,
        basis="",
    )


class Past:
    """What was observed, with the prices of the models that would be asked now."""

    def __init__(self, observations: Sequence[Observation], remote: dict[str, ModelSettings], price: PriceOf) -> None:
        self._all = [_priced(one, remote, price) for one in observations]
        self._turns = sum(one.turns for one in observations)
        self._of_case: dict[str, list[Expected]] = {}
        for observation, priced in zip(observations, self._all, strict=True):
            self._of_case.setdefault(observation.case_id, []).append(priced)
        self._of_turns: dict[int, Expected] = {}

    def expected_of(self, situation: Situation) -> Expected:
        """As this very case was before; else by its number of turns."""
        if same := self._of_case.get(result_id(situation)):
            return _mean(same, 1.0, known=True)
        turns = turns_of(situation)
        if turns not in self._of_turns:
            times = turns * len(self._all) / self._turns if self._turns else 0.0
            self._of_turns[turns] = _mean(self._all, times)
        return self._of_turns[turns]

    def spread(self, each: Sequence[Expected]) -> float:
        """Standard error: the unknown cases vary as the observed ones do, and their mean is known from those only."""
        unknown = sum(not one.known for one in each)
        costs = [one.usd for one in self._all]
        if not unknown or len(costs) < 2:
            return sum(one.usd for one in each) * _UNCERTAIN
        middle = mean(costs)
        variance = sum((cost - middle) ** 2 for cost in costs) / (len(costs) - 1)
        return math.sqrt(variance * unknown + variance / len(costs) * unknown**2)


def turns_of(situation: Situation) -> int:
    return len(situation.turns) if isinstance(situation, Case) else min(situation.patience, _PERSONA_TURNS)


def is_remote(settings: ModelSettings) -> bool:
    return settings.model != OFFLINE_MODEL


def _ground(variant: VariantSpec, files: ExperimentFiles) -> tuple[tuple[Observation, ...], str]:
    if found := earlier_runs(files, variant):
        return found, f"{len(found)} conversations of an earlier run of the same configuration"
    if found := recorded(CASSETTES, variant.release_id):
        return found, f"{len(found)} recorded conversations of {variant.release_id}"
    found = recorded(Path(CASSETTES), _LIKE)
    return found, f"{len(found)} recorded conversations of {_LIKE}: nothing of {variant.release_id} was played yet"


def _priced(observation: Observation, remote: dict[str, ModelSettings], price: PriceOf) -> Expected:
    """The conversation with the prices of the models that would be asked now."""
    calls = [call for call in observation.calls if call.agent in remote]
    return Expected(
        usd=sum(_usd(call.usage, remote[call.agent], price) for call in calls),
        calls=len(calls),
        tokens=sum(call.usage.input_tokens + call.usage.output_tokens for call in calls),
        seconds=sum(call.seconds for call in calls),
    )


def _usd(usage: Usage, settings: ModelSettings, price: PriceOf) -> float:
    listed = own_price(settings) or price(settings.model)
    return float(listed.of(usage)) if listed else 0.0


def _mean(priced: Sequence[Expected], times: float, *, known: bool = False) -> Expected:
    return Expected(
        usd=mean([one.usd for one in priced]) * times,
        calls=mean([one.calls for one in priced]) * times,
        tokens=mean([one.tokens for one in priced]) * times,
        seconds=mean([one.seconds for one in priced]) * times,
        known=known,
    )


def _evaluators(spec: ExperimentSpec) -> list[tuple[UsedCall, ModelSettings]]:
    """The judge reads every reply, and a model may write for the customer."""
    asked = [(_JUDGE, spec.judge.model)] if spec.judge else []
    asked += [(_CUSTOMER, spec.customer)] if spec.customer and spec.personas else []
    return [(call, settings) for call, settings in asked if is_remote(settings)]


def _evaluation(evaluating: Sequence[tuple[UsedCall, ModelSettings]], turns: int, price: PriceOf) -> Expected:
    whole = Expected(0, 0, 0, 0, known=True)
    for call, settings in evaluating:
        tokens = call.usage.input_tokens + call.usage.output_tokens
        whole += Expected(_usd(call.usage, settings, price) * turns, turns, tokens * turns, call.seconds * turns)
    return whole


def _money(usd: float) -> Decimal:
    return Decimal(f"{usd:.6f}")
