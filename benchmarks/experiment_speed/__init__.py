"""How fast an experiment is beside its model: ours, promptfoo and Inspect AI against the same fake, in one run.

    python -m benchmarks.experiment_speed                 # a minute; exit code 1 when a target is missed
    python -m benchmarks.experiment_speed --rounds 1 --only bare

500 calls to a model that answers after 200 ms, 50 at once: nobody can be faster than 2.0 s. promptfoo is found by
PROMPTFOO (path of its executable), Inspect AI by INSPECT_PYTHON (a Python that has it); without them those rows are
left out. Wall time and peak memory are those of whole processes, children included.

`harness` is measured inside of a process, `programs` are whole ones, `process` runs and watches one, `model` is whom
they all ask.
"""

from __future__ import annotations

import json
from pathlib import Path

CALLS, AT_ONCE, MODEL_SECONDS = 500, 50, 0.2
IDEAL = CALLS * MODEL_SECONDS / AT_ONCE
ROOT = Path(__file__).resolve().parents[2]


def write_cases(folder: Path, count: int, message: str) -> None:
    """Cases of one turn; the model takes each for off-topic (one call) or for a greeting (two)."""
    folder.mkdir(parents=True)
    cases = [{"id": f"speed-{number}", "why": "To be fast.", "say": f"{message} {number}"} for number in range(count)]
    (folder / "speed.yaml").write_text(json.dumps(cases, ensure_ascii=False), encoding="utf-8")
