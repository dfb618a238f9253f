"""20,000 stored conversations: taking them into the database, asking it, and working out one experiment's findings.

    python -m benchmarks.stored_conversations
    python -m benchmarks.stored_conversations --conversations 2000

One experiment with two variants of half the conversations each, two turns and four model calls in each conversation.
Every step runs in a process of its own, so that its peak memory is its own. Exit code 1 when a question takes 1 s.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.fakes.found import none_left_out, stored
from tests.fakes.results import spoken
from workbench.evaluation.findings.filing import stored_comparisons
from workbench.evaluation.findings.stored import experiment_findings
from workbench.evaluation.scorers.table import SCORERS
from workbench.records import CaseResult, Score, TurnRecord, Verdict, overall
from workbench.storage.database import open_database
from workbench.storage.experiment_files import ExperimentFiles
from workbench.storage.rebuild import take_in

TARGET_SECONDS = 1.0
ROUNDS = 5
QUESTIONS = {
    "verdicts of the comparison": "SELECT medida, diferencia, desde, hasta, veredicto FROM veredictos",
    "rates of every scorer": "SELECT letra, medida, correctas, evaluadas, tasa FROM tasas ORDER BY medida, letra",
    "conversations that flipped": """
        SELECT a.case_id, a.verdict, b.verdict FROM results a JOIN results b USING (case_id, trial)
        WHERE a.run_id = 'e1-1' AND b.run_id = 'e1-2' AND a.verdict <> b.verdict""",
    "failures by reason": "SELECT medida, motivo, count(*) AS n FROM fallas GROUP BY ALL ORDER BY n DESC LIMIT 20",
    "latency percentiles": """
        SELECT run_id, quantile_cont(seconds, [0.5, 0.9, 0.99]) FROM turns GROUP BY run_id""",
    "cost by prompt and model": "SELECT agente, prompt, modelo, llamadas, usd FROM uso_de_prompts",
    "search in what was said": """
        SELECT count(*) FROM conversaciones WHERE cliente ILIKE '%hola%' AND resultado = 'fail'""",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conversations", type=int, default=20_000)
    parser.add_argument("--step", choices=("take-in", "again", "findings"))
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.step:
        return _step(options.step, options.folder)
    with tempfile.TemporaryDirectory() as folder:
        return _all(Path(folder), options.conversations)


def _all(folder: Path, conversations: int) -> int:
    started = time.perf_counter()
    runs = [list(results(conversations // 2, rate, seed)) for seed, rate in ((1, 0.80), (2, 0.82))]
    stored(ExperimentFiles(folder / "experiments"), "e1", *runs)
    size = sum(path.stat().st_size for path in folder.rglob("*.parquet")) / 1e6
    print(f"{conversations:,} conversations in 2 runs, {size:.0f} MB, made in {time.perf_counter() - started:.0f} s")
    for step in ("take-in", "again", "findings"):
        command = [sys.executable, "-m", "benchmarks.stored_conversations", "--step", step, "--folder", str(folder)]
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="")
    return _ask(folder)


def _step(step: str, folder: Path) -> int:
    files = ExperimentFiles(folder / "experiments")
    started, cpu = time.perf_counter(), time.process_time()
    if step == "findings":
        found = experiment_findings(files.open("e1"))
        rows = [vars_of(row) for row in stored_comparisons(found)]
        (folder / "comparisons.json").write_text(json.dumps(rows), encoding="utf-8")
    else:
        database = open_database(folder / "workbench.duckdb")
        take_in(database, files, left_out=none_left_out)
        database.close()
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{step:28} {seconds:7.1f} s, {cpu:5.1f} s of CPU, peak {peak:5.0f} MB")
    return 0


def vars_of(row: object) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__slots__}  # type: ignore[attr-defined]


def _ask(folder: Path) -> int:
    from workbench.storage.database import StoredComparison

    database = open_database(folder / "workbench.duckdb")
    rows = json.loads((folder / "comparisons.json").read_text(encoding="utf-8"))
    database.save_comparisons("e1", [StoredComparison(**row) for row in rows])
    slowest = 0.0
    for name, sql in QUESTIONS.items():
        taken = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            count = len(database.query(sql).rows)
            taken.append(time.perf_counter() - started)
        slowest = max(slowest, *taken)
        median = sorted(taken)[ROUNDS // 2]
        print(f"{name:28} {1000 * median:7.1f} ms (slowest {1000 * max(taken):.1f}), {count:,} rows")
    database.close()
    print(f"slowest question: {slowest:.3f} s (target {TARGET_SECONDS:.0f} s)")
    return int(slowest >= TARGET_SECONDS)


def results(conversations: int, rate: float, seed: int) -> Iterator[CaseResult]:
    """Built without validation: only what is done with them is measured."""
    rng = random.Random(seed)
    template = _template()
    for number in range(conversations):
        scores = tuple(_score(name, rng, rate) for name in SCORERS)
        yield CaseResult.model_construct(
            case_id=f"case-{number}",
            why="to be stored",
            tags=("typo", f"group-{number % 20}"),
            difficulty="medium",
            trial=1,
            verdict=overall(scores),
            scores=scores,
            turns=tuple(_turn(template, rng) for _ in range(2)),
            error=None,
            seconds=0.1,
            evaluation_calls=(),
            simulated=None,
        )


def _score(name: str, rng: random.Random, rate: float) -> Score:
    passes = rng.random() < rate ** (1 / len(SCORERS))
    reasons = () if passes else (f"turn 1: km_max: expected {rng.randrange(90_000)}, got nothing",)
    return Score.model_construct(scorer=name, verdict=Verdict.PASS if passes else Verdict.FAIL, reasons=reasons)


def _template() -> TurnRecord:
    """Two calls with prompts as long as those that ship."""
    turn = spoken("¡Hola! Tengo esta opción: *Nissan Versa 1.6 SENSE 2025* — $273,999 · 14,147 km. " * 3)
    [call] = turn.trace.calls
    said = {"system": "Clasificas mensajes de WhatsApp. " * 80, "user": "hola"}
    messages = [{"role": role, "content": text} for role, text in said.items()]
    call = call.model_copy(update={"messages": messages, "answer": "{}" * 40})
    return turn.model_copy(update={"trace": turn.trace.model_copy(update={"calls": [call, call]})})


def _turn(template: TurnRecord, rng: random.Random) -> TurnRecord:
    trace = template.trace.model_copy(update={"total_seconds": rng.lognormvariate(0, 0.5), "model_seconds": 0.1})
    return template.model_copy(update={"trace": trace})


if __name__ == "__main__":
    sys.exit(main())
