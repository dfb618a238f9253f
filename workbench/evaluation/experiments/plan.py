"""What an experiment consists of once its names are looked up: cases or personas, and a bot for each variant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bot_core.errors import DatasetError
from bot_core.settings import Settings
from workbench.evaluation.build import Subject
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.dataset.loading import OWN_FOLDER, cases_digest, load_dataset
from workbench.evaluation.dataset.personas import Persona, load_personas, personas_digest
from workbench.records import ExperimentSpec
from workbench.storage.journal import ResultKey

Situation = Case | Persona
Named = TypeVar("Named")


def result_id(situation: Situation) -> str:
    """The `case_id` of its results."""
    return situation.id if isinstance(situation, Case) else f"simulated-{situation.id}"


@dataclass(frozen=True, slots=True)
class Job:
    """One situation, once, with one variant."""

    position: int
    """Of the variant, from 0."""
    situation: Situation
    trial: int

    @property
    def key(self) -> ResultKey:
        return result_id(self.situation), self.trial


@dataclass(frozen=True)
class Plan:
    spec: ExperimentSpec
    situations: Sequence[Situation]
    digest: str
    subjects: Sequence[Subject]
    """One for each variant."""

    @property
    def total(self) -> int:
        """Results of one run."""
        return len(self.situations) * self.spec.trials

    def jobs(self) -> Iterator[Job]:
        """The variants in turns and the first trials first: whatever was played when it stops can be compared.

        Every other situation in the opposite order, so that no variant always comes after another one's.
        """
        positions = range(len(self.subjects))
        for trial in range(1, self.spec.trials + 1):
            for number, situation in enumerate(self.situations, start=trial):
                for position in positions if number % 2 else reversed(positions):
                    yield Job(position, situation, trial)

    def order(self) -> Iterator[ResultKey]:
        """The order of a finished run's results: by situation, then trial."""
        for situation in self.situations:
            for trial in range(1, self.spec.trials + 1):
                yield result_id(situation), trial


def settings_for(spec: ExperimentSpec, settings: Settings) -> Settings:
    return settings.model_copy(update={"catalog_path": Path(spec.catalog_path)}) if spec.catalog_path else settings


def situations_of(spec: ExperimentSpec, settings: Settings | None = None) -> tuple[Sequence[Situation], str]:
    """What is played, and a digest of it. Raises DatasetError for an unknown split, case or persona, and for one that
    is named twice: a result has one place, so that such an experiment would never be whole."""
    _refuse_repeated("persona", spec.personas)
    _refuse_repeated("case", spec.case_ids)
    if spec.personas:
        known = {persona.id: persona for persona in load_personas()}
        personas = [_named(known, name, "persona") for name in spec.personas]
        return personas, personas_digest(personas)
    own = settings.data_dir / OWN_FOLDER if settings else None
    dataset = load_dataset(Path(spec.dataset_path) if spec.dataset_path else None, own=own)
    cases: Sequence[Case] = dataset.split(spec.split)
    if spec.case_ids:
        by_id = {case.id: case for case in cases}
        cases = [_named(by_id, name, f"case in the split {spec.split}:") for name in spec.case_ids]
    return cases, cases_digest(cases)


def _refuse_repeated(kind: str, names: Sequence[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DatasetError(f"the {kind} {twice!r} is named twice", hint="name each once; `trials` repeats all of them")


def _named(known: Mapping[str, Named], name: str, kind: str) -> Named:
    if name not in known:
        raise DatasetError(f"no {kind} {name!r}", hint=f"{len(known)} are known")
    return known[name]
