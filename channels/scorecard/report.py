"""The scorecard as a table and as JSON in eval_reports/."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from bot_core.messages import utc_now
from bot_core.settings import PROJECT_ROOT
from channels.scorecard.judge import Row

FOLDER = PROJECT_ROOT / "eval_reports" / "whatsapp"


def table(rows: Sequence[Row]) -> str:
    lines = [f"{'':4} {'':5} {'promise':48} {'measured':>10}  mark"]
    lines += [
        f"{'ok' if row.passed else 'MISS':4} {row.name:5} {row.what:48} {row.value:>10g}  {row.mark}" for row in rows
    ]
    return "\n".join(lines)


def write(results: Mapping[str, Sequence[Row]], plan: Mapping[str, object], folder: Path = FOLDER) -> Path:
    """One file for a scorecard: setting (database, workers) → rows."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"scorecard-{utc_now():%Y%m%d-%H%M%S}.json"
    content = {"plan": dict(plan), "results": {name: [asdict(row) for row in rows] for name, rows in results.items()}}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
