"""How fast the WhatsApp channel is: real processes on SQLite with synchronous FULL, the fakes on loopback.

    python -m benchmarks.whatsapp_channel                   # about 4 minutes; exit code 1 when a target is missed
    python -m benchmarks.whatsapp_channel --only memory --messages 40000  # 20 minutes

The processes under test run before others on the machine (`nice -10`) where that is allowed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from channels.sandbox.model_server import Mood
from channels.scorecard.load import LoadPlan, address, generate, single
from channels.scorecard.outcome import outcomes
from channels.scorecard.report import machine, table
from channels.scorecard.rows import Row, at_most, quantile, told, zero
from channels.scorecard.scenes import rush
from channels.scorecard.stage import Setting, Stage, hurry, stage

_PRODUCTION = {
    "QUIET_SECONDS": "2",
    "LONGEST_WAIT_SECONDS": "8",
    "POLL_SECONDS": "0.5",
    "SWEEP_SECONDS": "5",
    "LEASE_SECONDS": "15",
    "SETTLE_SECONDS": "20",
    "RETRY_SECONDS": "1",
    "PART_GAP_SECONDS": "5",
}
_BURST = 500
_LONE = 12
_LONE_GAP = 1.0
_IDLE_SECONDS = 20.0
_MODEL_SECONDS = 0.3
_PATIENCE = 600.0
_BY_ONE = 48
"""Four quarters, four bursts of each customer in each, three messages a burst."""
_TICKS = os.sysconf("SC_CLK_TCK")
_MB = 1024


def main(messages: int, only: str) -> int:
    hurry()
    parts: dict[str, Callable[[], list[Row]]] = {
        "ack": _ack,
        "burst": _burst,
        "lone": _lone,
        "memory": lambda: _memory(messages),
    }
    print(machine())
    rows = [row for name, part in parts.items() if only in ("", name) for row in part()]
    print(table(rows))
    print(machine())
    return 0 if all(row.passed for row in rows) else 1


def _ack() -> list[Row]:
    with _stage() as on:
        return rush.play(on, seconds=20, patience=_PATIENCE)


def _burst() -> list[Row]:
    """Five hundred customers in one second."""
    with _stage() as on:
        on.model.mood = Mood((_MODEL_SECONDS, _MODEL_SECONDS))
        posts = [single(800_000 + number, 0, number / _BURST) for number in range(_BURST)]
        hits = on.write(posts)
        stored = outcomes(on.store)
        refused = sum(hit.unavailable > 0 or hit.status != 200 for hit in hits)
        last = max(hit.seconds for hit in hits)
        return [
            zero("burst", f"of {_BURST} in a second not stored", sum(post.sid not in stored for post in posts)),
            zero("burst", "refused or asked to come again", refused),
            told("burst", "slowest answer, s", last, f"p50 {quantile([hit.seconds for hit in hits], 0.5):.2f} s"),
        ]


def _lone() -> list[Row]:
    """What the channel itself adds to one message of a known customer, with production's times; and an idle worker."""
    with _stage(_PRODUCTION) as on:
        on.faults.shares = ()
        on.model.mood = Mood((_MODEL_SECONDS, _MODEL_SECONDS))
        customers = [810_000 + number for number in range(_LONE)]
        on.write([single(customer, 0, 0.0) for customer in customers])
        on.settled(_PATIENCE)
        before = {customer: len(on.twilio.sent_to(address(customer))) for customer in customers}
        hits = on.write([single(customer, 1, n * _LONE_GAP) for n, customer in enumerate(customers)])
        on.settled(_PATIENCE)
        taken = {hit.sid: hit.at for hit in hits}
        added = []
        for customer in customers:
            reply = on.twilio.sent_to(address(customer))[before[customer] :][-1]
            thinking = _thinking(on, customer, since=min(taken.values()))
            added.append(reply.created_at.timestamp() - taken[single(customer, 1, 0.0).sid] - thinking)
        detail = f"{_LONE} messages, p50 {quantile(added, 0.5):.2f} s, of which 2 s are the quiet time"
        return [
            at_most("lone", "added to a lone message, p95, s", quantile(added, 0.95), 2.2, detail),
            *_idle(on),
        ]


def _thinking(on: Stage, customer: int, *, since: float) -> float:
    """Seconds that the model took for this customer."""
    calls = [call for call in on.model.calls if call.customer == str(customer) and call.asked_at > since]
    return sum((call.ended_at or call.asked_at) - call.asked_at for call in calls)


def _idle(on: Stage) -> list[Row]:
    time.sleep(2)
    pid = on.fleet.pid("worker-0")
    before = _cpu_seconds(pid)
    time.sleep(_IDLE_SECONDS)
    share = 100 * (_cpu_seconds(pid) - before) / _IDLE_SECONDS
    return [at_most("idle", "CPU of an idle worker, % of a core", share, 5)]


def _memory(messages: int) -> list[Row]:
    """Resident memory over the second half of the messages: the first one fills caches and the allocator's pools."""
    with _stage() as on:
        on.model.mood = Mood((0.01, 0.02))
        on.faults.shares = ()
        sizes: list[dict[str, float]] = []
        for quarter in range(4):
            plan = LoadPlan(
                messages // _BY_ONE,
                4,
                messages / 4 / 60,
                seed=quarter,
                burst_share=1,
                leaving=0,
                first_customer=quarter * 50_000,
            )
            on.write(generate(plan).posts)
            on.settled(_PATIENCE)
            sizes.append({name: _resident_mb(on.fleet.pid(name)) for name in ("web", "worker-0")})
            print(f"  {(quarter + 1) * messages // 4} messages: {sizes[-1]}", flush=True)
        return [
            at_most(
                "memory", f"{name}: growth over the second half, %",
                100 * (sizes[-1][name] / sizes[1][name] - 1), 10,
                f"{sizes[1][name]:.0f} → {sizes[-1][name]:.0f} MB over {messages // 2} messages",
            )
            for name in ("web", "worker-0")
        ]  # fmt: skip


@contextmanager
def _stage(overrides: dict[str, str] | None = None) -> Iterator[Stage]:
    with (
        tempfile.TemporaryDirectory(prefix="kavak-bench-") as folder,
        stage(Setting(1), Path(folder), seed=7, overrides=overrides) as on,
    ):
        yield on


def _family(pid: int) -> Iterator[int]:
    """A process and its children: gunicorn serves from a child."""
    yield pid
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text().split():
            yield from _family(int(child))


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _resident_mb(pid: int) -> float:
    """Of its own: pages shared with what it was forked from are not counted."""
    total = 0
    for one in _family(pid):
        for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
            if line.startswith(("Private_Clean", "Private_Dirty")):
                total += int(line.split()[1])
    return total / _MB


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--only", default="", choices=["", "ack", "burst", "lone", "memory"])
    options = parser.parse_args()
    sys.exit(main(options.messages, options.only))
