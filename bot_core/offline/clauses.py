"""A message cut into clauses, so that what is said of one wish is not taken for another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot_core.offline.cues import Cue, sentences
from bot_core.offline.findings import Finding

_JOINTS = re.compile(r",(?=\s)|\s(?:y|e|and|pero|ademas|tambien|but|also|plus|aparte|asi como|luego)(?=\s)|\s-\s|[)(]")


@dataclass(slots=True)
class Clause:
    """A part of the mended text with the cues and findings that start in it."""

    start: int
    end: int
    sentence: int
    cues: list[Cue] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def has(self, *groups: str) -> bool:
        return any(cue.group in groups for cue in self.cues)


def cut(text: str, cues: Sequence[Cue], findings: Sequence[Finding]) -> list[Clause]:
    """Clauses of `text` in order, without those that hold no cue or finding. A joint inside of one does not cut."""
    whole = [(cue.start, cue.end) for cue in cues] + [(finding.start, finding.end) for finding in findings]
    clauses = [
        Clause(start, end, number)
        for number, (first, last) in enumerate(sentences(text))
        for start, end in _parts(text, first, last, whole)
    ]
    for cue in cues:
        _at(clauses, cue.start).cues.append(cue)
    for finding in findings:
        _at(clauses, finding.start).findings.append(finding)
    return [clause for clause in clauses if clause.cues or clause.findings]


def _parts(text: str, first: int, last: int, whole: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    start = first
    for joint in _JOINTS.finditer(text, first, last):
        inside = any(begin < joint.end() and joint.start() < end for begin, end in whole)
        if not inside and joint.start() > start:
            yield start, joint.start()
            start = joint.start()
    yield start, last


def _at(clauses: Sequence[Clause], place: int) -> Clause:
    return next((clause for clause in clauses if clause.start <= place < clause.end), clauses[-1])
