"""Releases: what each holds, which experiments speak for one, and what is served. The pages and the command line use
the same desk, so both follow the same rule."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from bot_core.errors import PromotionRefused, UserError
from bot_core.llm.gateway import OFFLINE_MODEL
from bot_core.releases.files import DEFAULT_RELEASE
from bot_core.releases.release import Release
from bot_core.settings import Settings
from bot_core.store.records import Authorship, Promotion
from bot_core.store.rules import standing
from bot_core.store.store import Store
from workbench.evaluation.cassettes import CASSETTES, is_recorded
from workbench.evaluation.dataset.loading import GOLDEN_FOLDER, OWN_SPLIT
from workbench.evaluation.gate.evidence import Ground, Refusal, Ruling, overridden
from workbench.evaluation.judge.evidence import Calibrations
from workbench.evaluation.statistics.metrics import Unit
from workbench.evaluation.statistics.sentences import level
from workbench.records import ExperimentSpec, RunStatus, VariantSpec
from workbench.runner.evidence import EvidenceShelf, Witness
from workbench.storage.experiment_files import ExperimentFiles

Played = Literal["offline", "replay", "models"]
SHORTEST_REASON = 5
"""Letters of the reason for an override."""


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    release: Release
    author: Authorship | None
    """None for one that ships."""
    is_served: bool


@dataclass(frozen=True, slots=True)
class EvidencePlan:
    """The experiment that would be evidence. "offline" and "replay" cost nothing, "models" asks the real ones."""

    spec: ExperimentSpec
    played: Played


class Experiments(Protocol):
    """What starts them; the desk of the pages, say."""

    @property
    def files(self) -> ExperimentFiles: ...

    def start(self, spec: ExperimentSpec) -> str: ...


class ReleaseDesk:
    """Safe for many threads and processes."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        experiments: Experiments,
        *,
        dataset: Path | None = None,
        calibrations: Calibrations | None = None,
    ) -> None:
        self._store = store
        self._experiments = experiments
        self._evidence = EvidenceShelf(settings, store, experiments.files, dataset=dataset, calibrations=calibrations)

    def rows(self) -> tuple[ReleaseRow, ...]:
        """The served one first, then the newest."""
        served = self._store.releases.current().release_id
        authors = self._store.releases.authors()
        rows = [
            ReleaseRow(release, authors.get(release.release_id), release.release_id == served)
            for release in self._store.releases.list()
        ]
        return tuple(sorted(rows, key=lambda row: (row.is_served, row.release.created_at), reverse=True))

    def history(self) -> tuple[Promotion, ...]:
        """Newest first."""
        return self._store.releases.history()[::-1]

    def rolls_back_to(self) -> str | None:
        """What one roll-back would serve; None when there is nothing to roll back."""
        known = standing(self._store.releases.history(), DEFAULT_RELEASE)
        return known[-2] if len(known) > 1 else None

    def witnesses(self, release_id: str) -> tuple[Witness, ...]:
        """The newest experiments in which the release played, with what each allows today."""
        return self._evidence.witnesses(release_id)

    def ruling(self, release_id: str, experiment_id: str | None) -> Ruling:
        """What this experiment allows. Raises ConfigurationError or NotFound for an unknown id."""
        return self._evidence.ruling(release_id, experiment_id)

    def promote(self, release_id: str, experiment_id: str | None, *, who: str, reason: str = "") -> Promotion:
        """Serve the release. Raises PromotionRefused with the grounds, Conflict when another one is served by now."""
        served = self._store.releases.current().release_id
        ruling = self.ruling(release_id, experiment_id)
        if not ruling.allowed:
            raise _refused(release_id, ruling)
        return self._store.releases.promote(
            release_id,
            who=_named(who),
            reason=reason.strip(),
            evidence=ruling.as_json(),
            expected_current=served,
        )

    def override(self, release_id: str, experiment_id: str | None, *, who: str, reason: str) -> Promotion:
        """Serve the release against the rule; name, reason and what was overridden stay in the history.
        Raises UserError without a name or a reason, PromotionRefused for the release that is served already."""
        served = self._store.releases.current().release_id
        if len(reason.strip()) < SHORTEST_REASON:
            raise UserError("an override needs a reason", hint="say why it cannot wait for evidence")
        ruling = self.ruling(release_id, experiment_id)
        if any(refusal.ground == Ground.SERVED for refusal in ruling.refusals):
            raise _refused(release_id, ruling)
        return self._store.releases.promote(
            release_id,
            who=_named(who),
            reason=reason.strip(),
            evidence=overridden(ruling, reason=reason.strip()),
            expected_current=served,
        )

    def roll_back(self, *, who: str, reason: str, read: str | None = None) -> Promotion:
        """Serve again what was served before. `read` is what was served when the person decided. Raises Conflict when
        nothing is left or another one is served by now, UserError without a name."""
        return self._store.releases.roll_back(who=_named(who), reason=reason.strip(), expected_current=read)

    def plan(self, release_id: str) -> EvidencePlan:
        """The candidate against what is served, as cheaply as it can be played."""
        releases = self._store.releases.current(), self._store.releases.get(release_id)
        played: Played = "models"
        if all(_needs_no_model(release) for release in releases):
            played = "offline"
        elif all(_needs_no_model(release) or _has_cassettes(release) for release in releases):
            played = "replay"
        variants = tuple(VariantSpec(name=release.release_id, release_id=release.release_id) for release in releases)
        spec = ExperimentSpec(
            name=f"{releases[1].release_id} / {releases[0].release_id}",
            variants=variants,
            split="recorded" if played == "replay" else "golden",
            replay=played == "replay",
            dataset_path=None if self._evidence.dataset == GOLDEN_FOLDER else str(self._evidence.dataset),
        )
        return EvidencePlan(spec, played)

    def gather(self, release_id: str) -> str:
        """Start that experiment, and one on the cases that people made; returns the id of the first. Raises
        PromotionRefused for the release that is served already."""
        ruling = self.ruling(release_id, None)
        if any(refusal.ground == Ground.SERVED for refusal in ruling.refusals):
            raise _refused(release_id, ruling)
        plan = self.plan(release_id)
        if self._evidence.has_own_cases() and plan.played != "replay":
            self._experiments.start(plan.spec.model_copy(update={"split": OWN_SPLIT}))
        return self._experiments.start(plan.spec)


def experiment_is_alive(status: RunStatus) -> bool:
    return status in (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.PAUSED)


def _refused(release_id: str, ruling: Ruling) -> PromotionRefused:
    grounds = tuple(refusal.ground.value for refusal in ruling.refusals)
    told = "; ".join(map(_told, ruling.refusals))
    return PromotionRefused(f"{release_id} is not promoted: {told}", grounds=grounds, hint="see docs/releases.md")


def _told(refusal: Refusal) -> str:
    told = f"{refusal.ground.value} {refusal.about}".strip()
    if refusal.ground is Ground.MODEL_AWAY:
        share = level(refusal.share, Unit.SHARE)
        told += f" (the model did not answer {share} of calls itself; the baseline answered for it)"
    return told


def _named(who: str) -> str:
    if not who.strip():
        raise UserError("whoever decides has a name", hint="write yours")
    return who.strip()


def _needs_no_model(release: Release) -> bool:
    return all(agent.settings.model == OFFLINE_MODEL for agent in release.agents.values())


def _has_cassettes(release: Release) -> bool:
    return is_recorded(CASSETTES, release.release_id)
