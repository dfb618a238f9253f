"""The memory of a run does not grow with the number of its cases: results go to disk as they come.

    python -m benchmarks.run_memory                 # exit code 1 when it grows

The same offline experiment with few and with many conversations, each in a process of its own, the second one many
times as long; peak resident memory of each, as the kernel counted it.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SMALL, LARGE = 1, 6
"""Trials of the golden cases."""
MOST_BYTES_PER_CASE = 2_000
"""What is kept for each result: where it stands in the journal. A result itself takes ten times as much."""


def main() -> int:
    options = _arguments()
    if options.inside:
        print(_inside(options.inside))
        return 0
    (few, small), (many, large) = (_peak(trials) for trials in (options.small, options.large))
    growth = (large - small) / (many - few)
    print(f"{few} conversations: {small / 1e6:.0f} MB at most")
    print(f"{many} conversations: {large / 1e6:.0f} MB at most")
    met = growth <= MOST_BYTES_PER_CASE
    verdict = "met" if met else "MISSED"
    print(f"growth: {growth:.0f} bytes for each conversation  (≤ {MOST_BYTES_PER_CASE})  {verdict}")
    return int(not met)


def _peak(trials: int) -> tuple[int, int]:
    """Conversations, and the peak in bytes."""
    command = [sys.executable, "-m", "benchmarks.run_memory", "--inside", str(trials)]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    count, peak = map(int, output.split()[-2:])
    return count, peak


def _inside(trials: int) -> int:
    """Peak bytes of one experiment. Its cases are the same, only how often they are played differs."""
    from bot_core.settings import Settings
    from workbench.evaluation.experiments.running import run_experiment
    from workbench.records import ExperimentSpec, VariantSpec
    from workbench.storage.experiment_files import ExperimentFiles

    with tempfile.TemporaryDirectory() as folder:
        variants = (VariantSpec(name="A"),)
        spec = ExperimentSpec(name="memory", variants=variants, split="golden", trials=trials, concurrency=16)
        experiment = ExperimentFiles(Path(folder) / "experiments").create(spec, "memory")
        progress = asyncio.run(run_experiment(experiment, Settings(data_dir=Path(folder), _env_file=None)))
        assert progress.done == progress.total, progress
        print(progress.done)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=SMALL)
    parser.add_argument("--large", type=int, default=LARGE)
    parser.add_argument("--inside", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
