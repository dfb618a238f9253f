"""What a person says of a reply, as labels for the judge's calibration: one for each rubric."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot_core.store.reviews import Annotation, ReviewVerdict
from workbench.evaluation.judge.exhibit import exhibit_of
from workbench.evaluation.judge.label import Label
from workbench.evaluation.judge.rubric import Rubric
from workbench.records import Verdict
from workbench.runner.review.items import Reviewed

TAGS: Mapping[str, Rubric] = {
    "wrong_fact": Rubric.HELPFULNESS,
    "invented": Rubric.HELPFULNESS,
    "misunderstood": Rubric.HELPFULNESS,
    "unsafe": Rubric.HELPFULNESS,
    "incomplete": Rubric.COMPLETENESS,
    "no_next_step": Rubric.COMPLETENESS,
    "tone": Rubric.TONE,
    "format": Rubric.TONE,
    "too_long": Rubric.TONE,
}
"""What can be wrong with a reply → the rubric that it fails."""
_HOW = "read in the review page"


def labels_of(annotation: Annotation, reviewed: Reviewed) -> Iterator[Label]:
    """One for each rubric: what is tagged fails, the rest passes; a rejection without a tag fails helpfulness."""
    exhibit = exhibit_of(reviewed.turn, reviewed.turns[:-1])
    faults = failed_rubrics(annotation)
    for rubric in Rubric:
        yield Label(
            reply_id=annotation.tracking_id,
            exhibit=exhibit,
            rubric=rubric,
            verdict=Verdict.FAIL if rubric in faults else Verdict.PASS,
            defect=faults.get(rubric),
            annotator=annotation.annotator,
            how=_HOW,
            at=annotation.created_at,
        )


def failed_rubrics(annotation: Annotation) -> dict[Rubric, str | None]:
    """With the first tag of each."""
    if annotation.verdict is ReviewVerdict.PASS:
        return {}
    faults: dict[Rubric, str | None] = {}
    for tag in annotation.tags:
        if tag in TAGS:
            faults.setdefault(TAGS[tag], tag)
    return faults or {Rubric.HELPFULNESS: None}
