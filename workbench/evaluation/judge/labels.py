"""The book of labels: those by construction and those that people add; and how well their authors agree."""

from __future__ import annotations

import fcntl
import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from itertools import combinations
from pathlib import Path

from pydantic import ValidationError

from bot_core.errors import DatasetError, UserError
from workbench.evaluation.judge.agreement import Kappa, kappa_of
from workbench.evaluation.judge.label import CONSTRUCTION, Label
from workbench.evaluation.judge.labelled_set import LABELLED, labelled_set
from workbench.evaluation.judge.rubric import Rubric
from workbench.records import Verdict

__all__ = ["CONSTRUCTION", "Label", "LabelBook", "agreements"]


class LabelBook:
    """All labels: those of datasets/judge, and those of people, one JSON Lines file for each person in `folder`.

    Safe for several processes: lines are appended under a lock.
    """

    def __init__(self, folder: Path, *, constructed: Path = LABELLED) -> None:
        self._folder = folder
        self._constructed = constructed

    def add(self, label: Label) -> None:
        """A person's label; a later one of the same reply, rubric and person replaces it, the same one again changes
        nothing. Raises UserError for a name that is no person's."""
        if label.annotator == CONSTRUCTION:
            raise UserError(f"{CONSTRUCTION!r} is no person: labels by construction live in {self._constructed}")
        self._folder.mkdir(parents=True, exist_ok=True)
        line = f"{label.model_dump_json()}\n"
        with self._file(label.annotator).open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            if line not in file:
                file.write(line)

    def forget(self, reply_ids: Collection[str]) -> int:
        """Take out people's labels of those replies: their customer was erased. Returns how many."""
        return sum(_without(path, frozenset(reply_ids)) for path in sorted(self._folder.glob("*.jsonl")))

    def constructed(self) -> tuple[Label, ...]:
        """Labels that are known by construction. Raises DatasetError naming file and field."""
        return labelled_set(self._constructed)

    def people(self) -> tuple[Label, ...]:
        """The latest label of each person for each reply and rubric. Raises DatasetError naming file and line."""
        labels = (label for path in sorted(self._folder.glob("*.jsonl")) for label in _lines(path))
        latest = {(label.reply_id, label.rubric, label.annotator): label for label in labels}
        return tuple(latest.values())

    def labels(self) -> tuple[Label, ...]:
        return (*self.constructed(), *self.people())

    def _file(self, annotator: str) -> Path:
        """Named after the person, readable and safe; two names never share a file."""
        safe = re.sub(r"[^a-z0-9]+", "-", annotator.lower()).strip("-")[:40]
        return self._folder / f"{safe}-{hashlib.sha256(annotator.encode()).hexdigest()[:6]}.jsonl"


def agreements(labels: Iterable[Label], rubric: Rubric) -> dict[tuple[str, str], Kappa]:
    """Kappa of each two annotators over the replies that both labelled; construction counts as one of them."""
    verdicts: dict[str, dict[str, bool]] = {}
    for label in labels:
        if label.rubric is rubric:
            verdicts.setdefault(label.annotator, {})[label.reply_id] = label.verdict is Verdict.PASS
    pairs = combinations(sorted(verdicts), 2)
    return {
        (one, two): kappa_of((verdicts[one][reply], verdicts[two][reply]) for reply in sorted(both))
        for one, two in pairs
        if (both := verdicts[one].keys() & verdicts[two].keys())
    }


def _without(path: Path, reply_ids: frozenset[str]) -> int:
    with path.open("r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        lines = file.readlines()
        kept = [line for line in lines if Label.model_validate_json(line).reply_id not in reply_ids]
        if len(kept) < len(lines):
            file.seek(0)
            file.writelines(kept)
            file.truncate()
    return len(lines) - len(kept)


def _lines(path: Path) -> Iterator[Label]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            yield Label.model_validate_json(line)
        except ValidationError as error:
            raise DatasetError(f"{path}, line {number}: no label: {error.errors()[0]['msg']}") from error
