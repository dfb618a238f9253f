"""`python -m channels.sandbox.bound PARENT ARGUMENTS…` becomes `python ARGUMENTS…`, which gets SIGTERM when the process
PARENT has ended, even if that one was killed and could say nothing. On Linux; elsewhere it only becomes it.

A step of its own, since a fork with threads around may do nothing before its exec. PARENT starts it from its main
thread: what Linux tells is the end of the thread that did.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def bound(arguments: list[str]) -> list[str]:
    """The command that runs `python ARGUMENTS…` bound to the process that asks."""
    return [sys.executable, "-m", "channels.sandbox.bound", str(os.getpid()), *arguments]


def _bind(parent: int) -> None:
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # ended before we asked
        sys.exit(1)


if __name__ == "__main__":
    _bind(int(sys.argv[1]))
    os.execv(sys.executable, [sys.executable, *sys.argv[2:]])  # noqa: S606 - our own
