"""What is wrong with the cassettes as a set: orphans, missing files, recordings that nothing asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot_core.errors import CassetteError
from bot_core.llm.cassettes.cassette import CaseKey
from bot_core.llm.cassettes.player import CassettePlayer
from bot_core.llm.cassettes.yaml_file import load

ProblemKind = Literal["orphan", "half played", "missing", "damaged"]


@dataclass(frozen=True, slots=True)
class CassetteProblem:
    """`where` is the path below the cassettes' folder, or the case."""

    kind: ProblemKind
    where: str
    detail: str

    def __str__(self) -> str:
        return f"{self.where}: {self.kind}: {self.detail}"


def audit(root: Path, known: Iterable[CaseKey], *, datasets: Iterable[str]) -> tuple[CassetteProblem, ...]:
    """Problems of the files of `datasets` below `root`, compared with the cases that should have a cassette."""
    expected = {key.path(root): key for key in known}
    found = {path for dataset in datasets for path in sorted((root / dataset).rglob("*.yaml"))}
    problems = [
        CassetteProblem("orphan", _below(root, path), "no such case; delete the file")
        for path in found - expected.keys()
    ]
    problems += [
        CassetteProblem("missing", str(key), f"record it: {key.record_command}")
        for path, key in expected.items()
        if path not in found
    ]
    problems += [problem for path in found if (problem := _damage(root, path)) is not None]
    return tuple(sorted(problems, key=str))


def half_played(players: Iterable[CassettePlayer]) -> tuple[CassetteProblem, ...]:
    """Recordings that were replayed without being used up: the code asks less than it did."""
    return tuple(
        CassetteProblem("half played", str(player.key), f"{_unused(player)}; record it: {player.key.record_command}")
        for player in players
        if player.unplayed
    )


def _unused(player: CassettePlayer) -> str:
    calls = [f"turn {each.turn} {each.agent} ({each.purpose})" for each in player.unplayed]
    return f"{len(calls)} of {len(player.cassette.interactions)} exchanges never asked for: {', '.join(calls)}"


def _damage(root: Path, path: Path) -> CassetteProblem | None:
    try:
        cassette = load(path)
    except CassetteError as error:
        return CassetteProblem("damaged", _below(root, path), error.message)
    if cassette.header.key.path(root) != path:
        return CassetteProblem("damaged", _below(root, path), f"says that it is {cassette.header.key}")
    return None


def _below(root: Path, path: Path) -> str:
    return str(path.relative_to(root))
