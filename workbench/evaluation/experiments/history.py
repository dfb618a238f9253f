"""What earlier conversations used, by case and agent: the ground that an estimate stands on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot_core.llm.cassettes.yaml_file import load_answers
from bot_core.llm.gateway import OFFLINE_MODEL
from bot_core.trace import Usage
from workbench.evaluation.cassettes import DATASET
from workbench.records import CaseResult, VariantSpec
from workbench.storage.experiment_files import ExperimentFiles
from workbench.storage.run_files import read_results

_EXPERIMENTS = 20
"""Earlier experiments that are looked at, newest first."""
_RESULTS = 400
"""Conversations of one run that are read."""


@dataclass(frozen=True, slots=True)
class UsedCall:
    agent: str
    usage: Usage
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Observation:
    """One conversation that was played with a model."""

    case_id: str
    turns: int
    calls: tuple[UsedCall, ...]


def observed(results: Iterable[CaseResult]) -> Iterator[Observation]:
    """The bot's calls of conversations that came to their end; those of the baseline cost nothing."""
    for result in results:
        if result.error or not result.turns:
            continue
        calls = tuple(
            UsedCall(call.agent, call.usage, call.seconds)
            for turn in result.turns
            for call in turn.trace.calls
            if call.model != OFFLINE_MODEL
        )
        yield Observation(result.case_id, len(result.turns), calls)


def earlier_runs(files: ExperimentFiles, variant: VariantSpec) -> tuple[Observation, ...]:
    """Of the newest run of the same configuration, whatever it was called; () when there is none."""
    wanted = variant.model_copy(update={"name": "-"})
    for folder in files.list(_EXPERIMENTS):
        for run_id, other in zip(folder.run_ids(), folder.spec.variants, strict=True):
            path = folder.run_path(run_id)
            if other.model_copy(update={"name": "-"}) == wanted and path.exists():
                found = _run(path, path.stat().st_mtime_ns)
                if any(observation.calls for observation in found):
                    return found
    return ()


def recorded(root: Path, release_id: str) -> tuple[Observation, ...]:
    """Of the release's cassettes; () when it was never recorded."""
    folder = root / DATASET / release_id
    return _cassettes(folder, folder.stat().st_mtime_ns) if folder.is_dir() else ()


@lru_cache(maxsize=16)
def _run(path: Path, _modified: int) -> tuple[Observation, ...]:
    some = (result for result, _ in zip(read_results(path), range(_RESULTS), strict=False))
    return tuple(observed(some))


@lru_cache(maxsize=8)
def _cassettes(folder: Path, _modified: int) -> tuple[Observation, ...]:
    return tuple(_cassette(path) for path in sorted(folder.glob("*.yaml")))


def _cassette(path: Path) -> Observation:
    case, interactions = load_answers(path)
    calls, turns = [], 1
    for interaction in interactions:
        turns = max(turns, interaction["turn"])
        body = interaction["response"].get("body")
        used = body.get("usage", {}) if isinstance(body, dict) else {}
        usage = Usage(input_tokens=used.get("prompt_tokens", 0), output_tokens=used.get("completion_tokens", 0))
        calls.append(UsedCall(interaction["agent"], usage, interaction["seconds"]))
    return Observation(case, turns, tuple(calls))


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
