"""What an experiment will cost, before a cent is spent."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bot_core.settings import Settings
from workbench.evaluation.experiments.plan import situations_of
from workbench.records import ExperimentSpec


@dataclass(frozen=True, slots=True)
class Estimate:
    """`low` and `high` are what it may well cost instead, in USD."""

    usd: Decimal
    low: Decimal
    high: Decimal
    calls: int
    tokens: int
    seconds: float
    basis: str
    """What the figures rest on, in English."""


def estimate(spec: ExperimentSpec, settings: Settings) -> Estimate:
    """Raises UserError for a wrong name."""
    situations_of(spec, settings)
    return Estimate(Decimal(0), Decimal(0), Decimal(0), 0, 0, 0.0, "no model is called")
