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
_VARIANTS, _CASES = 8, ("few-hola", "few-versa", "few-plan", "few-merida")
SMALL, LARGE = 160, 1_600
"""Conversations; multiples of 32, 1,600 at most."""
MOST_BYTES_PER_CASE = 2_000
"""What is kept for each result: where it stands in the journal. A result itself takes ten times as much."""


def main() -> int:
    options = _arguments()
    if options.inside:
        print(_inside(options.inside))
        return 0
    small, large = (_peak(count) for count in (options.small, options.large))
    growth = (large - small) / (options.large - options.small)
    print(f"{options.small} conversations: {small / 1e6:.0f} MB at most")
    print(f"{options.large} conversations: {large / 1e6:.0f} MB at most")
    met = growth <= MOST_BYTES_PER_CASE
    verdict = "met" if met else "MISSED"
    print(f"growth: {growth:.0f} bytes for each conversation  (≤ {MOST_BYTES_PER_CASE})  {verdict}")
    return int(not met)


def _peak(count: int) -> int:
    command = [sys.executable, "-m", "benchmarks.run_memory", "--inside", str(count)]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return int(output.split()[-1])


def _inside(count: int) -> int:
    """Peak bytes of one experiment of `count` conversations. Its cases are few, its trials and variants many, so that
    the dataset in memory is the same."""
    from bot_core.settings import Settings
    from tests.fakes.few_cases import few_cases
    from workbench.evaluation.experiments.running import run_experiment
    from workbench.records import ExperimentSpec, VariantSpec
    from workbench.storage.experiment_files import ExperimentFiles

    with tempfile.TemporaryDirectory() as folder:
        few_cases(Path(folder) / "golden")
        spec = ExperimentSpec(
            name="memory",
            variants=tuple(VariantSpec(name=f"v{number}") for number in range(_VARIANTS)),
            case_ids=_CASES,
            dataset_path=f"{folder}/golden",
            trials=count // (_VARIANTS * len(_CASES)),
            concurrency=16,
        )
        experiment = ExperimentFiles(Path(folder) / "experiments").create(spec, "memory")
        progress = asyncio.run(run_experiment(experiment, Settings(data_dir=Path(folder), _env_file=None)))
        assert progress.done == progress.total == count, progress
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=SMALL)
    parser.add_argument("--large", type=int, default=LARGE)
    parser.add_argument("--inside", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
