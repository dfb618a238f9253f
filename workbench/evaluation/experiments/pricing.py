"""Which models an experiment may ask; a budget holds only where their prices are known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot_core.errors import UserError
from bot_core.llm.credentials import is_own
from bot_core.llm.gateway import OFFLINE_MODEL, ModelSettings
from bot_core.llm.price_list import INPUT_PRICE, OUTPUT_PRICE, own_price
from bot_core.llm.routing import route
from bot_core.releases.release import Release
from workbench.evaluation.experiments.gateways import PriceOf
from workbench.records import ExperimentSpec


def refuse_unpriced(spec: ExperimentSpec, releases: Iterable[Release], price_of: PriceOf) -> None:
    """Raises UserError when the budget would count a paid model as free. A server of one's own costs nothing."""
    if spec.budget_usd is None or spec.replay:
        return
    for settings in asked_models(spec, releases):
        if not (is_own(settings.model, settings.api_base) or own_price(settings) or price_of(settings.model)):
            raise UserError(
                f"the price of {settings.model} is not known, so that no budget can hold",
                hint=f"set {INPUT_PRICE} and {OUTPUT_PRICE} in its params, or leave out the budget",
            )


def asked_models(spec: ExperimentSpec, releases: Iterable[Release]) -> Iterator[ModelSettings]:
    """All that may be asked, fallbacks too: those go by their names alone."""
    judge = spec.judge.model if spec.judge else None
    named = [agent.settings for release in releases for agent in release.agents.values()]
    for settings in (*named, judge, spec.customer):
        if settings is not None and settings.model != OFFLINE_MODEL:
            yield from route(settings)
