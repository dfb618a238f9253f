"""`python -m benchmarks.experiment_speed`."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import benchmarks.experiment_speed as speed
from benchmarks.experiment_speed import CALLS, IDEAL, MODEL_SECONDS, write_cases
from benchmarks.experiment_speed.harness import in_fresh_process
from benchmarks.experiment_speed.model import respond
from benchmarks.experiment_speed.process import Process
from benchmarks.experiment_speed.programs import OURS, programs
from benchmarks.model_process import model_process
from benchmarks.rows import Row, show

BARE_RATIO, TURN_RATIO = 1.5, 2.2
PROMPTFOO_SECONDS = 5.9
"""Of a quiet machine, for when it is not installed."""
PARTS = ("bare", "turns", "process")


def main() -> int:
    options = _arguments()
    with model_process(respond, delay=MODEL_SECONDS) as api_base, tempfile.TemporaryDirectory() as folder:
        rows = [*_rows(options.only or PARTS, options.rounds, api_base, Path(folder))]
    show(rows)
    return int(any(row.met is False for row in rows))


def _rows(wanted: tuple[str, ...], rounds: int, api_base: str, folder: Path) -> Iterator[Row]:
    if "bare" in wanted:
        yield _timed("500 one-call jobs in the harness", "bare", rounds, api_base, BARE_RATIO)
    if "turns" in wanted:
        yield _timed("250 bot turns of two calls in the harness", "turns", rounds, api_base, TURN_RATIO)
    if "process" in wanted:
        yield from _compared(_measured(rounds, api_base, folder))


def _timed(what: str, part: str, rounds: int, api_base: str, most: float) -> Row:
    """In a fresh process each time, imports and first connections left out of the clock."""
    seconds, processor = zip(*(in_fresh_process(part, api_base) for _ in range(rounds)), strict=True)
    ratio = statistics.median(seconds) / IDEAL
    spread = f"{min(seconds):.2f}–{max(seconds):.2f}, processor {statistics.median(processor):.2f}"
    shown = f"{statistics.median(seconds):.2f} s ({spread}) = {ratio:.2f} × ideal"
    return Row(what, shown, f"≤ {most} ×", ratio <= most)


def _measured(rounds: int, api_base: str, folder: Path) -> dict[str, list[Process]]:
    """The programs in turns, so that a busy moment meets all of them."""
    write_cases(folder / "cases", CALLS, "cuéntame un chiste")
    known = programs(api_base, folder)
    measured: dict[str, list[Process]] = {name: [] for name in known}
    for _ in range(rounds):
        for name, run in known.items():
            measured[name].append(run())
    return measured


def _compared(measured: dict[str, list[Process]]) -> Iterator[Row]:
    ours = statistics.median(one.seconds for one in measured[OURS])
    for name, processes in measured.items():
        seconds = statistics.median(one.seconds for one in processes)
        memory = max(one.megabytes for one in processes)
        processor = statistics.median(one.processor for one in processes)
        shown = f"{seconds:.2f} s (processor {processor:.2f}), {memory:.0f} MB at most"
        if name == OURS:
            alone = len(measured) == 1
            target = f"< {PROMPTFOO_SECONDS} s" if alone else "–"
            what = "whole process, 500 one-call cases: python -m workbench run"
            yield Row(what, shown, target, ours < PROMPTFOO_SECONDS if alone else None)
        else:
            yield Row(f"the same with {name}", f"{shown} = {seconds / ours:.2f} × ours", "> 1 ×", seconds > ours)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.experiment_speed",
        description=speed.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=3, help="medians are over this many rounds")
    parser.add_argument("--only", nargs="*", choices=PARTS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
