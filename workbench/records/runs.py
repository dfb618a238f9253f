"""What is run, and how it ended: a variant on a split, variants on the same cases."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from bot_core.llm.gateway import ModelSettings
from bot_core.messages import Frozen
from bot_core.releases.release import AgentName


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("one line without control characters is expected")
    return text


OneLine = Annotated[str, AfterValidator(_one_line)]
"""Names are shown in lists and on terminals."""


class VariantSpec(Frozen):
    """A candidate configuration: a release with what is changed of it."""

    name: OneLine = Field(min_length=1, max_length=80)
    release_id: str = "offline-base"
    model: ModelSettings | None = None
    """For every agent; None for the release's own."""
    models: dict[AgentName, ModelSettings] = Field(default_factory=dict)
    """For single agents, in place of `model` and the release's own."""
    prompts: dict[AgentName, str] = Field(default_factory=dict)
    """Prompt versions in place of the release's: {financing: "financing/v002"}."""
    guardrails: bool | None = None


class JudgeSpec(Frozen):
    """Which model judges replies, and by which prompt."""

    model: ModelSettings
    prompt: str = "judge/v001"
    pairwise: bool = False
    """Also set every further variant's conversations against the first one's, in both orders."""


MOST_VARIANTS = 26
"""Of one experiment: each has a letter, by which SQL and exports order them."""


class ExperimentSpec(Frozen):
    """Variants on the same cases: all that is needed to run them."""

    name: OneLine = Field(min_length=1, max_length=200)
    variants: tuple[VariantSpec, ...] = Field(min_length=1, max_length=MOST_VARIANTS)
    split: str = "smoke"
    case_ids: tuple[str, ...] = ()
    """Only these cases of the split; all of it when empty."""
    personas: tuple[str, ...] = ()
    """Ids of simulated customers, played in place of the split's cases; a trial is a seed."""
    trials: int = Field(default=1, ge=1, le=50)
    concurrency: int = Field(default=8, ge=1, le=256)
    """Cases at once."""
    budget_usd: Decimal | None = Field(default=None, gt=0)
    """Bot, simulated customers and judge together never cost more; None for no cap."""
    judge: JudgeSpec | None = None
    customer: ModelSettings | None = None
    """The model that plays the simulated customers; None for the embedded rules, which are no model of its own."""
    replay: bool = False
    """Model calls are answered from the committed cassettes: no socket, no cost."""
    catalog_path: str | None = None
    """Another catalogue than that of the settings."""
    dataset_path: str | None = None
    """Folder of case files; None for the shipped ones."""

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [variant.name for variant in self.variants]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"variants: two are named {twice!r}")
        return self


class RunStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """Its process died; it can be resumed."""
    OVER_BUDGET = "over_budget"
    """The next call might have cost more than was left; it can be resumed with a larger budget."""


class Provenance(Frozen):
    """What it takes to get the same numbers again; recorded when a run starts."""

    git_commit: str | None = None
    """Seven hexadecimal digits or more, with "+" behind them when files differed from the commit; None without git."""
    package: str = ""
    """Version of this package."""
    python: str = ""
    libraries: dict[str, str] = Field(default_factory=dict)
    hashes: dict[str, str] = Field(default_factory=dict)
    """Of "dataset", "catalog" and "knowledge": 12 hexadecimal digits each."""


class RunAttempt(Frozen):
    """An earlier file of a run. The cases in it that ended in an error were played again, those that a judge failed to
    judge were judged again, all others were kept."""

    file: str
    """In the experiment's folder; it never changes."""
    finished_at: datetime | None
    errors: int
    unjudged: int = 0


class RunRecord(Frozen):
    """A variant on a split."""

    run_id: str
    experiment_id: str
    experiment_name: str
    position: int = Field(ge=1)
    """1 for variant A of the experiment, 2 for B, …"""
    variant: VariantSpec
    split: str
    dataset_digest: str
    catalog: str
    """Name of the catalogue file."""
    cases: int
    trials: int = 1
    status: RunStatus
    started_at: datetime
    finished_at: datetime | None = None
    provenance: Provenance | None = None
    earlier: tuple[RunAttempt, ...] = ()
    """Oldest first; empty for a run whose errors were never played again."""


class ExperimentRecord(Frozen):
    """Several variants on the same cases, in the order A, B, …"""

    experiment_id: str
    name: str
    split: str
    runs: tuple[RunRecord, ...]
    status: RunStatus
    started_at: datetime
    finished_at: datetime | None = None
