"""Replies whose faults are known by how they were made: datasets/judge, one file for each kind of defect."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError

from bot_core.errors import DatasetError
from bot_core.messages import Frozen
from bot_core.settings import PROJECT_ROOT
from workbench.evaluation.judge.exhibit import Exhibit
from workbench.evaluation.judge.label import CONSTRUCTION, Label
from workbench.evaluation.judge.rubric import Rubric
from workbench.records import Verdict

LABELLED = PROJECT_ROOT / "datasets" / "judge"


class LabelledReply(Frozen):
    """One reply as it stands in its file."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    source: str
    """The golden case and turn whose reply this was before the defect: "financing-300-60.1"."""
    how: str = Field(min_length=5)
    customer: str
    before: str = ""
    facts: str = ""
    reply: str

    @property
    def exhibit(self) -> Exhibit:
        return Exhibit(customer=self.customer, reply=self.reply, facts=self.facts, before=self.before)


class LabelledKind(Frozen):
    """One file: replies that were made in one way, and what that way says of each rubric.

    A rubric that is not named is not labelled: what was done to the reply does not decide it.
    """

    kind: str = Field(pattern=r"^[a-z][a-z_]*$")
    defect: bool
    """False for replies that are fine."""
    held_out: bool = False
    """The embedded rules were not written for it."""
    made_on: date
    about: str
    verdicts: dict[Rubric, Literal[Verdict.PASS, Verdict.FAIL]] = Field(min_length=1)
    replies: tuple[LabelledReply, ...] = Field(min_length=1)

    def labels(self) -> Iterator[Label]:
        at = datetime.combine(self.made_on, time(), UTC)
        for reply in self.replies:
            for rubric, verdict in self.verdicts.items():
                yield Label(
                    reply_id=reply.id,
                    exhibit=reply.exhibit,
                    rubric=rubric,
                    verdict=verdict,
                    defect=self.kind if self.defect else None,
                    annotator=CONSTRUCTION,
                    how=reply.how,
                    at=at,
                    held_out=self.held_out,
                )


def labelled_kinds(folder: Path = LABELLED) -> tuple[LabelledKind, ...]:
    """Every file of `folder`. Raises DatasetError naming file and field, and for an id that stands twice."""
    kinds = tuple(_read(path) for path in sorted(folder.glob("*.yaml")))
    seen: set[str] = set()
    for kind in kinds:
        for reply in kind.replies:
            if reply.id in seen:
                raise DatasetError(f"{folder}/{kind.kind}.yaml: the reply {reply.id!r} stands twice")
            seen.add(reply.id)
    return kinds


def labelled_set(folder: Path = LABELLED) -> tuple[Label, ...]:
    """The labels of every file of `folder`."""
    return tuple(label for kind in labelled_kinds(folder) for label in kind.labels())


def labelled_digest(folder: Path = LABELLED) -> str:
    """Which set that is: 12 hexadecimal digits over all its files."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.yaml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _read(path: Path) -> LabelledKind:
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
        return LabelledKind.model_validate(data)
    except yaml.YAMLError as error:
        raise DatasetError(f"{path}: no YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise DatasetError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
