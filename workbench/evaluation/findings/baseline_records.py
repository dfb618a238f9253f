"""How much of what was scored as a model's the embedded baseline answered."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.evaluation.findings.conversation_records import Key


@dataclass(frozen=True, slots=True)
class BaselineFinding:
    """Model calls of one variant that the baseline answered in its model's name. Their conversations, `keys`, are in
    every rate; `share` of the calls is above 0."""

    variant: str
    answered: int
    calls: int
    """To the variant's models, whoever answered."""
    share: float
    keys: tuple[Key, ...]
    example: str
    """Why the first of them was: "ModelInvalidAnswer: …"."""
