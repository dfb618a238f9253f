"""A budget over a model whose price nobody knows is refused, before anything is asked."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot_core.errors import UserError
from bot_core.llm.gateway import ModelSettings
from bot_core.llm.price_list import Price, with_own_price
from bot_core.settings import Settings
from workbench.evaluation.experiments.estimating import estimate
from workbench.evaluation.experiments.running import run_experiment
from workbench.records import ExperimentSpec, JudgeSpec, VariantSpec
from workbench.storage.experiment_files import ExperimentFiles, experiments_folder

UNKNOWN = ModelSettings(model="openai/ft:mine")


def spec(model: ModelSettings, **changes: object) -> ExperimentSpec:
    variants = (VariantSpec(name="A", model=model),)
    return ExperimentSpec.model_validate({"name": "e", "variants": variants, "budget_usd": Decimal(1)} | changes)


@pytest.mark.parametrize(
    "asked",
    [
        spec(UNKNOWN),
        spec(ModelSettings(model="openai/gpt-4o-mini", fallbacks=("openai/ft:mine",))),
        spec(ModelSettings(), judge=JudgeSpec(model=UNKNOWN)),
        spec(ModelSettings(), customer=UNKNOWN),
        spec(UNKNOWN.model_copy(update={"api_base": "https://api.together.xyz/v1"})),
    ],
)
async def test_an_unknown_price_is_named(asked: ExperimentSpec, settings: Settings):
    with pytest.raises(UserError, match="the price of openai/ft:mine is not known"):
        estimate(asked, settings)
    folder = ExperimentFiles(experiments_folder(settings)).create(asked, "e")
    with pytest.raises(UserError, match="the price of openai/ft:mine is not known"):
        await run_experiment(folder, settings)


@pytest.mark.parametrize(
    ("asked", "costs"),
    [
        (spec(with_own_price(UNKNOWN, Price(Decimal(1), Decimal(2)))), True),
        (spec(ModelSettings(model="openai/gpt-4o-mini")), True),
        (spec(UNKNOWN, budget_usd=None), False),
        (spec(UNKNOWN.model_copy(update={"api_base": "http://127.0.0.1:9/v1"})), False),
        (spec(UNKNOWN.model_copy(update={"api_base": "http://localhost:8089/v1"})), False),
        (spec(UNKNOWN.model_copy(update={"api_base": "http://models:8000/v1"})), False),
        (spec(UNKNOWN.model_copy(update={"api_base": "http://192.168.1.20/v1"})), False),
        (spec(ModelSettings(model="ollama_chat/qwen2.5:3b")), False),
        (spec(ModelSettings()), False),
    ],
)
def test_who_has_a_price_or_costs_nothing_is_estimated(asked: ExperimentSpec, costs: bool, settings: Settings):
    assert (estimate(asked, settings).usd > 0) == costs
