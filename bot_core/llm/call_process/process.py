"""The process, from its start to its end. Nothing heavy is imported here, so that it can be started first of all."""

from __future__ import annotations

import socket
import subprocess
import sys
from types import TracebackType
from typing import Self


class CallProcess:
    """Not started until it is needed, and ended with the `with`. It ends by itself when this process is killed."""

    def __init__(self) -> None:
        self._running: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None

    def start(self) -> None:
        """It gets ready meanwhile (about 2 s). Nothing when it was started before."""
        if self._running is None:
            self._connection, theirs = socket.socketpair()
            with theirs:
                self._running = subprocess.Popen(  # noqa: S603  # this very program
                    [sys.executable, "-m", "bot_core.llm.call_process", str(theirs.fileno())],
                    pass_fds=(theirs.fileno(),),
                    # Ctrl-C in the terminal is for the run alone, which lets calls under way end.
                    start_new_session=True,
                )

    def connection(self) -> socket.socket:
        """The caller's own, to a process that nobody has asked yet: one that was is ended."""
        if self._connection is None:
            self.end()
        self.start()
        connection, self._connection = self._connection, None
        assert connection is not None
        return connection

    def end(self) -> None:
        """At once, whatever it does."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end()
