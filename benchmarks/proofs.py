"""What the suite proves of money, kills and locks, for longer and in figures for docs/evaluation.md.

    python -m benchmarks.proofs                  # about three minutes; exit code 1 when a proof fails
    python -m benchmarks.proofs --write          # keep the figures in benchmarks/proofs.json and in the page
    python -m benchmarks.proofs --page           # write the page again from the kept figures

The kill study and the simulation study keep theirs themselves (`make study`); the page's table takes them from there.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot_core.settings import PROJECT_ROOT
from tests.fakes.spending import spend
from tests.fakes.three_processes import three_processes

RESULTS = Path(__file__).with_suffix(".json")
KILLS = Path(__file__).with_name("kill_study.json")
STUDY = PROJECT_ROOT / "docs" / "statistics_study.csv"
PAGE = PROJECT_ROOT / "docs" / "evaluation.md"
BEGIN, END = "<!-- proofs -->", "<!-- /proofs -->"


def main() -> int:
    options = _arguments()
    if not options.page:
        report = _measured(options)
        print(json.dumps(report, indent=1))
        if report["budget"]["over"] or report["locks"]["problems"]:
            return 1
        if options.write:
            RESULTS.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if options.write or options.page:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    return 0


def table() -> str:
    """The kept figures of all four, as the page shows them."""
    kept, kills = json.loads(RESULTS.read_text(encoding="utf-8")), json.loads(KILLS.read_text(encoding="utf-8"))
    budget, locks = kept["budget"], kept["locks"]
    wrong, experiments = _false_verdicts()
    rows = (
        ("what", "asked", "found", "by"),
        ("---",) * 4,
        (
            "A/A study",
            "at most 5 % false verdicts",
            f"{wrong:,} of {experiments:,} simulated A/A experiments = {wrong / experiments:.2%}",
            "`make study`, table above",
        ),
        (
            "kill test",
            "no finished call paid twice",
            f"{kills['kills']} kills (SIGKILL) of {kills['experiments']} experiments: {kills['paid_twice']} of "
            f"{kills['answers_in_the_call_book']} finished calls paid twice, {kills['results_that_differ']} results "
            f"differ from an uninterrupted run; {kills['answers_lost_under_way']} answers were under way at a kill and "
            "asked again",
            "`make study`; 20 kills in the suite",
        ),
        (
            "budget test",
            "never above the cap",
            f"{budget['experiments']} experiments with random caps, {budget['answers']:,} answers of bot, judge and "
            f"pairs: {budget['over']} times above; {budget['stopped']} were stopped by their cap, "
            f"{budget['among_pairs']} of them among pairs; at most {budget['most_used']:.0%} of a cap was used",
            "`python -m benchmarks.proofs`; 4 in the suite",
        ),
        (
            "lock test",
            "command line, workbench and channel at once",
            f"{len(locks['problems'])} lock errors in {locks['played']:,} conversations played, {locks['rebuilds']:,} "
            f"rebuilds of the database and {locks['turns']:,} turns of the channel",
            "`python -m benchmarks.proofs`; a shorter one in the suite",
        ),
    )
    return "\n".join("|" + "|".join(row) + "|" if row[0] == "---" else f"| {' | '.join(row)} |" for row in rows)


def _false_verdicts() -> tuple[int, int]:
    """In the simulation study: false verdicts, and A/A experiments."""
    with STUDY.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["scenario"].startswith("A/A")]
    return sum(int(row["verdicts"]) for row in rows), sum(int(row["experiments"]) for row in rows)


def _measured(options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        budget = asdict(spend(options.experiments, options.seed, Path(folder)))
    with tempfile.TemporaryDirectory() as folder:
        locks = asdict(three_processes(Path(folder), trials=options.trials))
    seed_and_day = {"seed": options.seed, "measured_on": datetime.now(UTC).date().isoformat()}
    return {"budget": budget, "locks": locks, **seed_and_day}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiments", type=int, default=60, help="with a random cap")
    parser.add_argument("--trials", type=int, default=50, help="of the experiment beside workbench and channel")
    parser.add_argument("--seed", type=int, default=24)
    parser.add_argument("--write", action="store_true", help="keep the figures")
    parser.add_argument("--page", action="store_true", help="only write the page again")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
