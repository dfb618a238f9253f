"""A labelled reply: what is known, or what a person says, of a reply by one rubric."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from bot_core.messages import Frozen, utc_now
from workbench.evaluation.judge.exhibit import Exhibit
from workbench.evaluation.judge.rubric import Rubric
from workbench.records import Verdict

CONSTRUCTION = "construction"
"""The annotator of labels that are known by how the reply was made."""


class Label(Frozen):
    """One opinion of one reply by one rubric. With the reply itself, so that it stays readable on its own."""

    reply_id: str = Field(min_length=1)
    """Id in datasets/judge, or the tracking_id of a real turn."""
    exhibit: Exhibit
    rubric: Rubric
    verdict: Literal[Verdict.PASS, Verdict.FAIL]
    defect: str | None = None
    """What is wrong, by kind: "wrong_amount"; None when nothing is or nobody named it."""
    annotator: str = Field(min_length=1, max_length=80)
    """"construction", or the id of a person."""
    how: str = Field(min_length=1)
    """How it was labelled: how the defect was made, or "read in the review page"."""
    at: datetime = Field(default_factory=utc_now)
    held_out: bool = False
    """A kind of defect that the embedded rules were not written for."""
