"""How long the statistics of a large comparison take: 2 × 20,000 conversations, 2,000 resamples, every standard metric.

    python -m benchmarks.statistics_speed
    python -m benchmarks.statistics_speed --conversations 2000 --trials 3

Exit code 1 when it takes 10 s of CPU or more; scipy's own permutation test of a single metric runs beside it.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import sys
import time
from collections.abc import Iterator

import numpy as np
from scipy import stats  # type: ignore[import-untyped]

from tests.fakes.results import spoken
from workbench.evaluation.scorers.table import SCORERS
from workbench.evaluation.statistics.analysis import analyse
from workbench.evaluation.statistics.significance import RESAMPLES
from workbench.records import CaseResult, Score, TurnRecord, Verdict, overall

TARGET_SECONDS = 10.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conversations", type=int, default=20_000)
    parser.add_argument("--trials", type=int, default=1)
    options = parser.parse_args()
    runs = [list(results(options.conversations, options.trials, rate, seed)) for seed, rate in ((1, 0.9), (2, 0.91))]
    # A stored experiment's results are streamed; here they are all in memory, and no collection should walk them.
    gc.freeze()
    started, cpu_started = time.perf_counter(), time.process_time()
    analysis = analyse(runs, ["A", "B"])
    ours, cpu = time.perf_counter() - started, time.process_time() - cpu_started
    verdicts = analysis.comparisons[0].verdicts
    scipys = scipy_seconds(options.conversations)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"2 × {len(runs[0]):,} results, {len(verdicts)} metrics, {RESAMPLES:,} resamples")
    print(f"analyse: {ours:.1f} s, {cpu:.1f} s of CPU (target {TARGET_SECONDS:.0f} s), peak {peak:.0f} MB")
    print(f"scipy's permutation test of one metric: {scipys:.1f} s")
    return int(cpu >= TARGET_SECONDS)


def results(conversations: int, trials: int, rate: float, seed: int) -> Iterator[CaseResult]:
    """Two turns each, with their own times; built without validation, since only the statistics are timed."""
    rng = random.Random(seed)
    template = spoken()
    for number in range(conversations):
        for trial in range(1, trials + 1):
            scores = tuple(
                Score.model_construct(scorer=name, verdict=verdict(rng, rate), reasons=()) for name in SCORERS
            )
            yield CaseResult.model_construct(
                case_id=f"case-{number}",
                why="speed",
                tags=(),
                difficulty="medium",
                trial=trial,
                verdict=overall(scores),
                scores=scores,
                turns=tuple(turn(template, rng) for _ in range(2)),
                error=None,
                seconds=0.1,
            )


def turn(template: TurnRecord, rng: random.Random) -> TurnRecord:
    trace = template.trace.model_copy(update={"total_seconds": rng.lognormvariate(0, 0.5), "model_seconds": 0.1})
    return template.model_copy(update={"trace": trace})


def verdict(rng: random.Random, rate: float) -> Verdict:
    return Verdict.PASS if rng.random() < rate ** (1 / len(SCORERS)) else Verdict.FAIL


def scipy_seconds(conversations: int) -> float:
    differences = np.random.default_rng(1).normal(size=conversations)
    started = time.perf_counter()
    stats.permutation_test(
        (differences,),
        lambda x, axis: x.mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=100,
    )
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
