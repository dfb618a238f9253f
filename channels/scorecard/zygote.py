"""Forks the processes under test: one has imported everything, so a killed one is back in a moment.

    python -m channels.scorecard.zygote
    > {"argv": ["worker"], "env": {…}, "log": "/tmp/…/worker.log", "mutation": ""}
    < {"born": 123}
    < {"dead": 123, "code": -9, "at": 1795558726.4}

A forked process is as real as a started one, and dies as really. Each is the head of a session of its own, so that
gunicorn's children die with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import logging
import os
import select
import signal
import sys
import time
from typing import Any


def _load() -> None:
    """What the commands import late."""
    from bot_core.llm.litellm_client import litellm_client

    os.environ.setdefault("DBOS__CLOUD", "false")
    import dbos
    import twilio.rest  # type: ignore[import-untyped]

    import channels.cli
    import channels.outbound.http
    import channels.scorecard.shims
    import channels.web.app
    import channels.web.server
    import channels.worker.process

    del channels, dbos, twilio
    asyncio.run(litellm_client())
    gc.collect()
    gc.freeze()


class Zygote:
    def __init__(self) -> None:
        self._children: set[int] = set()
        self._woken, waker = os.pipe()
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        # Ctrl+C is the harness's to handle.
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def serve(self) -> None:
        """Until the harness is gone; then nothing of ours lives on."""
        waiting = b""
        while True:
            readable, _, _ = select.select([0, self._woken], [], [])
            if self._woken in readable:
                os.read(self._woken, 4096)
                self._reap()
            if 0 in readable:
                data = os.read(0, 65536)
                if not data:
                    break
                *lines, waiting = (waiting + data).split(b"\n")
                for line in lines:
                    self._fork(json.loads(line))
        for pid in self._children:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)

    def _reap(self) -> None:
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self._children.discard(pid)
            _say({"dead": pid, "code": os.waitstatus_to_exitcode(status), "at": time.time()})

    def _fork(self, order: dict[str, Any]) -> None:
        pid = os.fork()
        if pid == 0:
            _live(order)
        self._children.add(pid)
        _say({"born": pid})


def _live(order: dict[str, Any]) -> None:
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.environ.update(order["env"])
        sys.argv = ["channels", *order["argv"]]
        code = _command(order.get("mutation", ""))
    except BaseException:
        # A fork must never return into its parent's loop.
        logging.getLogger(__name__).exception("died")
    finally:
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _command(mutation: str) -> int:
    from channels.cli import main
    from channels.scorecard.mutants import MUTATIONS
    from channels.scorecard.shims import SHIMS

    if sys.argv[1] in SHIMS:
        SHIMS[sys.argv[1]]()
        return 0
    if mutation:
        MUTATIONS[mutation]()
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


def _say(word: dict[str, float]) -> None:
    sys.stdout.write(json.dumps(word) + "\n")
    sys.stdout.flush()


def main() -> None:
    zygote = Zygote()
    _load()
    _say({"ready": 1})
    zygote.serve()


if __name__ == "__main__":
    main()
