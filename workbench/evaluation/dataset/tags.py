"""The closed set of tags and the coverage that the whole set must reach: datasets/tags.yaml."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from bot_core.errors import DatasetError
from bot_core.messages import Frozen
from bot_core.settings import PROJECT_ROOT
from workbench.evaluation.dataset.yaml_files import read_yaml

TAGS_FILE = PROJECT_ROOT / "datasets" / "tags.yaml"


class CoverageGroup(Frozen):
    name: str
    tags: tuple[str, ...]
    at_least: int


class CoverageGoals(Frozen):
    intent_at_least: int
    several_intents_at_least: int
    attack_at_least: int
    groups: tuple[CoverageGroup, ...]


class TagTable(Frozen):
    """Names with their meaning; `attacks` are the kinds of a safety case."""

    tags: dict[str, str]
    attacks: dict[str, str]
    coverage: CoverageGoals

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.tags) | frozenset(self.attacks)


def load_tags(path: Path = TAGS_FILE) -> TagTable:
    """Raises DatasetError that names the file and the field."""
    try:
        return TagTable.model_validate(read_yaml(path))
    except ValidationError as error:
        fault = error.errors()[0]
        raise DatasetError(f"{path}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}") from error
