"""A hundred kills: no finished model call is paid twice, and the results are those of an uninterrupted run.

    python -m benchmarks.kill_study                  # about a minute on a quiet machine; exit code 1 when one was
    python -m benchmarks.kill_study --kills 1000 --seed 5 --write

Real processes, killed with SIGKILL at random moments, against a real model server over HTTP that numbers its answers
(tests/fakes/killing.py). `--write` keeps the figures in benchmarks/kill_study.json.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.fakes.killing import kill_experiments

RESULTS = Path(__file__).with_suffix(".json")


def main() -> int:
    options = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        figures = kill_experiments(options.kills, options.seed, Path(folder))
    report = {
        "kills": figures.kills,
        "seed": options.seed,
        "experiments": figures.experiments,
        "answers_of_the_model": figures.calls,
        "answers_in_the_call_book": figures.recorded,
        "answers_lost_under_way": figures.lost,
        "paid_twice": len(figures.paid_twice),
        "results_that_differ": len(figures.different),
        "seconds": round(figures.seconds, 1),
        "measured_on": datetime.now(UTC).date().isoformat(),
    }
    print(json.dumps(report, indent=1))
    if options.write:
        RESULTS.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return int(bool(figures.paid_twice or figures.different))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=24)
    parser.add_argument("--write", action="store_true", help="keep the figures")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
