"""What a command's exit code says; docs/experiments.md has the table."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    DONE = 0
    WORSE = 1
    """A check found what it looks for: a regression, a minimum that is not reached."""
    MISTAKE = 2
    """A person's: a wrong name, id, option or file; a promotion that the evidence does not allow."""
    INFRASTRUCTURE = 3
    OVER_BUDGET = 4
    STALE = 5
    """Recordings that do not fit any more."""
    STOPPED = 130
    """Paused or cancelled before its end."""
