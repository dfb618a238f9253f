"""What people decide about replies and about the service: annotations, and limits that raise an alert."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field, field_validator

from bot_core.messages import Frozen, utc_now


class ReviewVerdict(StrEnum):
    PASS = "pass"  # noqa: S105
    FAIL = "fail"


class Annotation(Frozen):
    """What one person says of one reply. An edit is a new version; the ones before it are kept."""

    tracking_id: str
    """The turn of the reply: a stored one, or one of an experiment's run."""
    annotator: str = Field(min_length=1, max_length=128)
    conversation_id: str
    """A stored conversation, or the case of a run: "run:<run_id>/<case_id>/<trial>"."""
    verdict: ReviewVerdict
    rating: int | None = Field(default=None, ge=1, le=5)
    correction: str = ""
    """What the reply should have said."""
    tags: tuple[str, ...] = ()
    notes: str = ""
    version: int = Field(default=1, ge=1)
    created_at: datetime = Field(default_factory=utc_now)

    @field_validator("correction", "notes")
    @classmethod
    def _without_nul(cls, text: str) -> str:
        """PostgreSQL holds no NUL in a text."""
        return text.replace("\x00", " ")

    def says_the_same(self, other: Annotation) -> bool:
        return self.model_dump(exclude={"version", "created_at"}) == other.model_dump(exclude={"version", "created_at"})


class AlertThreshold(Frozen):
    """A limit that a person set: beyond it a banner is shown."""

    name: str
    """Of the figure: "error_rate", "turn_p95"…"""
    limit: float
    set_by: str = ""
    set_at: datetime = Field(default_factory=utc_now)
