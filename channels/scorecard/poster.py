"""Sends signed webhooks at their moments, from a process of its own: what it measures is the answer, not the harness.

    python -m channels.scorecard.poster http://127.0.0.1:8080 plan.jsonl results.jsonl

Each line of the plan is a `Shot`, each line of the results a `Hit`. Like Twilio with `rc=…&rp=all` it comes again when
nobody answered or when it was told 503.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bot_core.settings import PROJECT_ROOT

_PATIENCE = 15.0
"""Seconds: Twilio's own limit for a whole request."""
_AGAIN = 0.25


@dataclass(frozen=True, slots=True)
class Shot:
    at: float
    """Seconds after the start."""
    path: str
    body: str
    signature: str
    sid: str
    tries: int = 60


@dataclass(frozen=True, slots=True)
class Hit:
    sid: str
    at: float
    """time.time() at the answer."""
    status: int
    """Of the last answer; 0 when there was none."""
    seconds: float
    """From the request to that answer."""
    unavailable: int
    """How often nobody was there, or 503."""


def post_all(url: str, shots: Sequence[Shot], folder: Path) -> list[Hit]:
    """Send all of them at their moments; returns when the last one is answered."""
    return start_posting(url, shots, folder)()


def start_posting(url: str, shots: Sequence[Shot], folder: Path) -> Waiting:
    plan, results = (folder / f"{name}-{time.monotonic_ns()}.jsonl" for name in ("plan", "hits"))
    plan.write_text("".join(json.dumps(asdict(shot)) + "\n" for shot in shots), encoding="utf-8")
    process = subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-m", "channels.scorecard.poster", url, str(plan), str(results)],
        cwd=PROJECT_ROOT,
    )
    return Waiting(process, results)


@dataclass(frozen=True, slots=True)
class Waiting:
    process: subprocess.Popen[bytes]
    results: Path

    def __call__(self) -> list[Hit]:
        """The hits, once all are there."""
        if self.process.wait() != 0:
            raise AssertionError("the poster died")
        return [Hit(**json.loads(line)) for line in self.results.read_text(encoding="utf-8").splitlines()]


async def _fire(host: str, port: int, shot: Shot, start: float) -> Hit:
    await asyncio.sleep(max(start + shot.at - time.monotonic(), 0.0))
    unavailable = 0
    for attempt in range(max(shot.tries, 1)):
        began = time.perf_counter()
        status = await _post(host, port, shot)
        took = time.perf_counter() - began
        if status not in (0, 503):
            break
        unavailable += 1
        await asyncio.sleep(_AGAIN * min(attempt + 1, 8))
    return Hit(shot.sid, time.time(), status, took, unavailable)


async def _post(host: str, port: int, shot: Shot) -> int:
    body = shot.body.encode()
    head = (
        f"POST {shot.path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        f"X-Twilio-Signature: {shot.signature}\r\n\r\n"
    )
    try:
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(head.encode() + body)
                line = await reader.readline()
            finally:
                writer.close()
        return int(line.split()[1])
    except (OSError, TimeoutError, IndexError, ValueError):
        return 0


async def _all(url: str, shots: Sequence[Shot]) -> list[Hit]:
    target = urlsplit(url)
    start = time.monotonic() + 0.1
    return list(await asyncio.gather(*(_fire(target.hostname or "", target.port or 80, shot, start) for shot in shots)))


def main() -> None:
    url, plan, results = sys.argv[1:4]
    shots = [Shot(**json.loads(line)) for line in Path(plan).read_text(encoding="utf-8").splitlines()]
    hits = asyncio.run(_all(url, shots))
    Path(results).write_text("".join(json.dumps(asdict(hit)) + "\n" for hit in hits), encoding="utf-8")


if __name__ == "__main__":
    main()
