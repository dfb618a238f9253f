"""Cases around their recorded model traffic: one cassette is open while one case is played."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot_core.llm.cassettes import (
    CaseKey,
    CassettePlayer,
    CassetteProblem,
    CassetteRecorder,
    ReplayGateway,
    audit,
    half_played,
    recording_gateway,
)
from bot_core.llm.cassettes.yaml_file import recorded_on
from bot_core.prompts.library import PromptLibrary
from bot_core.releases.source import ReleaseSource
from bot_core.settings import PROJECT_ROOT, Settings
from workbench.evaluation.build import Subject, build_subject
from workbench.evaluation.dataset.case import Case
from workbench.records import VariantSpec

CASSETTES = PROJECT_ROOT / "cassettes"
DATASET = "golden"
_DIGITS = 12


class ReplaySession:
    """A Session that replays; remembers what was left unplayed, so that it can be told."""

    def __init__(self, root: Path, variant: str, *, dataset: str = DATASET) -> None:
        self._root = root
        self._variant = variant
        self._dataset = dataset
        self._unfinished: list[CassettePlayer] = []

    @contextmanager
    def __call__(self, case: Case) -> Iterator[CassettePlayer]:
        """Raises StaleCassette when the case was never recorded."""
        with CassettePlayer(self._root, CaseKey(self._dataset, self._variant, case.id)) as player:
            try:
                yield player
            finally:
                if player.unplayed:
                    self._unfinished.append(player)

    def half_played(self, complete: Iterable[str]) -> tuple[CassetteProblem, ...]:
        """Recordings of the cases `complete` (ids) that were not asked for to their end."""
        ids = frozenset(complete)
        return half_played(player for player in self._unfinished if player.key.case in ids)


def replayed_subject(
    variant: VariantSpec,
    settings: Settings,
    session: ReplaySession,
    *,
    releases: ReleaseSource | None = None,
    prompts: PromptLibrary | None = None,
) -> Subject:
    """The variant's bot with every model call answered from a cassette."""
    return build_subject(
        variant,
        settings,
        releases=releases,
        prompts=prompts,
        gateway=lambda baseline: ReplayGateway(offline=baseline),
        session=session,
    )


def recorded_subject(
    variant: VariantSpec, settings: Settings, root: Path, *, model_sha256: str | None = None
) -> Subject:
    """The variant's bot on its real models, each case written to its cassette."""

    def session(case: Case) -> CassetteRecorder:
        return CassetteRecorder(root, CaseKey(DATASET, variant.name, case.id), model_sha256=model_sha256)

    return build_subject(
        variant, settings, gateway=lambda baseline: recording_gateway(offline=baseline), session=session
    )


def audited(root: Path, variants: Sequence[str], cases: Sequence[Case]) -> tuple[CassetteProblem, ...]:
    """Orphans, missing and damaged files of the variants that are replayed."""
    known = [CaseKey(DATASET, variant, case.id) for variant in variants for case in cases]
    return audit(root, known, datasets=[DATASET])


@dataclass(frozen=True, slots=True)
class RecordedTraffic:
    recorded_on: str
    """The latest date, "2026-11-24"."""
    digest: str
    """Of all files together: 12 hexadecimal digits."""


def recorded_traffic(root: Path, variants: Sequence[str]) -> RecordedTraffic:
    """What the cassettes of the variants are; one that was never recorded has none. Raises CassetteError."""
    paths = [path for variant in variants for path in sorted((root / DATASET / variant).glob("*.yaml"))]
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return RecordedTraffic(max(map(recorded_on, paths), default=""), digest.hexdigest()[:_DIGITS])


def is_recorded(root: Path, variant: str) -> bool:
    """True when the variant has any cassette."""
    return any((root / DATASET / variant).glob("*.yaml"))
