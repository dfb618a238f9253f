from __future__ import annotations

import random
import statistics
from collections.abc import Sequence
from decimal import Decimal

import pytest

from bot_core.llm.gateway import ModelSettings
from bot_core.llm.price_list import Price
from bot_core.releases.files import FileReleaseSource
from workbench.evaluation.cassettes import CASSETTES
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.dataset.loading import load_dataset
from workbench.evaluation.experiments.estimating import Past, estimate
from workbench.evaluation.experiments.history import Observation, recorded
from workbench.evaluation.experiments.running import run_experiment
from workbench.records import ExperimentSpec, JudgeSpec, VariantSpec

PRICE = Price(Decimal("0.15"), Decimal("0.60"))
SPLITS = 200


def used(observation: Observation) -> float:
    return float(sum(PRICE.of(call.usage) for call in observation.calls))


def error_of(cases: Sequence[Case], seen: Sequence[Observation], played: dict[str, float], release: str) -> float:
    """Of the estimated cost of `cases`, relative to what they did cost."""
    remote = {name.value: agent.settings for name, agent in FileReleaseSource().get(release).agents.items()}
    past = Past(seen, remote, lambda _model: PRICE)
    guessed = sum(past.expected_of(case).usd for case in cases)
    cost = sum(played[case.id] for case in cases)
    return abs(guessed - cost) / cost


@pytest.mark.parametrize("release", ["local", "local-v2"])
def test_an_estimate_is_within_20_percent_of_recorded_traffic(release: str):
    """Half of the recorded cases teach what the other half will cost; the median over many random halves."""
    cases = [*load_dataset().split("recorded")]
    observations = recorded(CASSETTES, release)
    played = {observation.case_id: used(observation) for observation in observations}
    cases = [case for case in cases if played.get(case.id)]
    assert len(cases) > 50
    rng = random.Random(4)
    errors = []
    for _ in range(SPLITS):
        rng.shuffle(cases)
        train, test = cases[: len(cases) // 2], cases[len(cases) // 2 :]
        known = {case.id for case in train}
        errors.append(error_of(test, [one for one in observations if one.case_id in known], played, release))
    assert statistics.median(errors) <= 0.20


@pytest.mark.parametrize("release", ["local", "local-v2"])
def test_small_runs_too(release: str):
    """Ten cases that were never played, estimated from all the others."""
    cases = [*load_dataset().split("recorded")]
    observations = recorded(CASSETTES, release)
    played = {observation.case_id: used(observation) for observation in observations}
    cases = [case for case in cases if played.get(case.id)]
    rng = random.Random(4)
    errors = []
    for _ in range(SPLITS):
        test = rng.sample(cases, 10)
        hidden = {case.id for case in test}
        errors.append(error_of(test, [one for one in observations if one.case_id not in hidden], played, release))
    assert statistics.median(errors) <= 0.20


def spec(**changes: object) -> ExperimentSpec:
    return ExperimentSpec.model_validate({"name": "e", "variants": [{"name": "A", "release_id": "openai"}]} | changes)


def test_offline_and_replay_cost_nothing(settings):
    offline = estimate(spec(variants=[VariantSpec(name="A")]), settings)
    assert offline.usd == offline.calls == 0
    assert offline.basis == "no model is called"
    replay = estimate(spec(replay=True), settings)
    assert replay.high == replay.calls == 0


def test_trials_variants_and_judge_add_up(settings):
    once = estimate(spec(), settings)
    assert 0 < once.low < once.usd < once.high
    assert "nothing of openai was played yet" in once.basis
    thrice = estimate(spec(trials=3), settings)
    assert float(thrice.usd) == pytest.approx(3 * float(once.usd), rel=1e-3)
    judged = estimate(spec(judge=JudgeSpec(model=ModelSettings(model="openai/gpt-4o"))), settings)
    assert judged.usd > once.usd
    assert judged.calls > once.calls


def test_a_judge_works_beside_other_models_and_shares_the_width_of_its_own(settings):
    judge = ModelSettings(model="openai/gpt-4o", max_concurrency=8)
    shared = judge.model_copy(update={"max_concurrency": 4})
    offline, wide = [VariantSpec(name="A")], {"concurrency": 32}

    def seconds(**changes: object) -> float:
        return estimate(spec(**(wide | changes)), settings).seconds

    own = seconds(variants=offline)
    judged = seconds(variants=offline, judge=JudgeSpec(model=judge)) - own
    assert judged == pytest.approx(2.0 * own / 0.02 / 8), "two seconds a reply, eight at once"
    narrow = seconds(variants=offline, judge=JudgeSpec(model=judge), concurrency=2) - own
    assert narrow == pytest.approx(4 * judged)
    bot, slowest = [VariantSpec(name="A", model=shared)], seconds(variants=[VariantSpec(name="A", model=shared)])
    together = seconds(variants=bot, judge=JudgeSpec(model=judge))
    assert together == pytest.approx(slowest + 2 * judged), "one model, by the smaller width"
    beside = seconds(variants=bot, judge=JudgeSpec(model=judge.model_copy(update={"model": "openai/o3"})))
    assert beside == pytest.approx(max(slowest, judged + own))


def test_pairs_are_two_more_calls_for_each_case_and_candidate(settings):
    judge = JudgeSpec(model=ModelSettings(model="openai/gpt-4o"))
    bots = [VariantSpec(name="A"), VariantSpec(name="B", release_id="offline-exacto"), VariantSpec(name="C")]
    alone = estimate(spec(variants=bots, judge=judge, trials=2), settings)
    pairs = estimate(spec(variants=bots, judge=judge.model_copy(update={"pairwise": True}), trials=2), settings)
    cases = len(load_dataset().split("smoke"))
    assert pairs.calls - alone.calls == 2 * 2 * 2 * cases
    assert pairs.usd > alone.usd and pairs.high - pairs.low > alone.high - alone.low
    assert pairs.basis == "the bot calls no model"


async def test_what_was_played_here_is_the_best_ground(created, settings):
    """A mixed release: only the agents on a model count."""
    from tests.fakes.model_server import ModelServer

    with ModelServer() as server:
        fake = ModelSettings(model="openai/gpt-4o-mini", api_base=server.openai_base)
        folder = created(variants=(VariantSpec(name="A", models={"intention": fake}),))
        progress = await run_experiment(folder, settings)
    again = estimate(folder.spec.model_copy(update={"trials": 2}), settings)
    assert "of an earlier run of the same configuration" in again.basis
    assert float(again.usd) == pytest.approx(2 * float(progress.usd_spent), rel=1e-3)
    assert again.calls == 2 * len(server.chats)
