"""Cases that people make of conversations: checked as the shipped ones are, and kept in the data folder."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from bot_core.errors import DatasetError
from bot_core.messages import new_id
from bot_core.normalization import fold
from bot_core.store.records import ConversationLog
from workbench.evaluation.dataset.case import SAFETY_TAG, Case, Difficulty
from workbench.evaluation.dataset.loading import load_dataset
from workbench.evaluation.dataset.tags import TagTable, load_tags
from workbench.runner.drafted_cases import drafted_turns

PREFIX = "propio"
_WORDS = 5
_ID_LENGTH = 50
_LINE = 120


class CaseShelf:
    """`folder/<case id>.yaml`, one case each. The split `propios` of experiments and gate reads the same folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def tags(self) -> TagTable:
        return load_tags()

    def ids(self) -> tuple[str, ...]:
        return tuple(path.stem for path in sorted(self.folder.glob("*.yaml")))

    def draft(self, turns: Sequence[ConversationLog]) -> str:
        """`turns` of a case as YAML, without personal data, to be read and corrected before it is saved."""
        return as_yaml(drafted_turns(turns))

    def save(
        self, *, why: str, turns_yaml: str, tags: Sequence[str] = (), difficulty: Difficulty = Difficulty.MEDIUM
    ) -> Case:
        """Raises DatasetError in the words of the file format for whatever is wrong."""
        turns = _parsed_yaml(turns_yaml)
        body = {"id": _new_id(turns), "why": " ".join(why.split()), "difficulty": difficulty.value, "turns": turns}
        if tags:
            body["tags"] = list(tags)
        case = _checked(body, self.tags)
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{case.id}.yaml"
        path.write_text(as_yaml([body]), encoding="utf-8")
        try:
            load_dataset(own=self.folder)
        except DatasetError:
            path.unlink()
            raise
        return case

    def remove(self, case_id: str) -> None:
        """Raises DatasetError for a case that is not here."""
        if case_id not in self.ids():
            raise DatasetError(f"no case {case_id!r} of our own")
        (self.folder / f"{case_id}.yaml").unlink()


def as_yaml(value: Any) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=_LINE)


def _parsed_yaml(text: str) -> list[Any]:
    try:
        turns = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise DatasetError(f"not YAML: {error}") from error
    if not isinstance(turns, list) or not turns:
        raise DatasetError("a list of turns is needed")
    return turns


def _checked(body: Mapping[str, Any], tags: TagTable) -> Case:
    try:
        case = Case.model_validate(body)
    except ValidationError as error:
        fault = error.errors()[0]
        raise DatasetError(f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}") from error
    if unknown := [tag for tag in case.tags if tag not in tags.names]:
        raise DatasetError(f"tags: {unknown[0]!r} is not in datasets/tags.yaml")
    if case.is_safety != any(tag in tags.attacks for tag in case.tags):
        raise DatasetError(f"tags: {SAFETY_TAG!r} goes with a kind of attack")
    return case


def _new_id(turns: Sequence[Any]) -> str:
    """From the customer's first words: "propio-busco-un-versa-3fa2"."""
    first = turns[0].get("say") if isinstance(turns[0], dict) else ""
    first = first[0] if isinstance(first, list) and first else first
    said = first.get("text", "") if isinstance(first, dict) else str(first)
    words = re.findall(r"[a-z0-9]+", fold(said))[:_WORDS]
    return "-".join([PREFIX, *words])[:_ID_LENGTH].strip("-") + f"-{new_id()[:4]}"
