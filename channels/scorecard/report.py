"""The scorecard as a table, as Markdown and as JSON in eval_reports/. Written anew after every setting: a run that is
cut off keeps what it has, and `--resume` goes on with it."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot_core.messages import utc_now
from bot_core.settings import PROJECT_ROOT
from channels.scorecard.rows import Row

FOLDER = PROJECT_ROOT / "eval_reports" / "whatsapp"

Results = dict[str, list[Row]]
"""Setting → rows."""


def table(rows: Sequence[Row]) -> str:
    lines = [f"{'':4} {'':5} {'promise':52} {'measured':>10}  mark"]
    lines += [f"{_word(row):4} {row.name:5} {row.what:52} {row.value:>10g}  {row.mark:8} {row.detail}" for row in rows]
    return "\n".join(lines)


def markdown(results: Mapping[str, Sequence[Row]], plan: Mapping[str, object]) -> str:
    """One line for a promise, one column for a setting, and below what each figure was counted from."""
    names = list(results)
    lines = ["# The WhatsApp channel's scorecard", ""]
    lines += [f"- {name}: {value}" for name, value in plan.items()]
    lines += ["", f"| | promise | mark | {' | '.join(names)} |", f"|---|---|---|{'---:|' * len(names)}"]
    keys = list(dict.fromkeys((row.name, row.what) for rows in results.values() for row in rows))
    for key in keys:
        found = [next((row for row in results[name] if (row.name, row.what) == key), None) for name in names]
        mark = next((row.mark for row in found if row), "")
        cells = " | ".join(_cell(row) for row in found)
        lines.append(f"| {key[0]} | {key[1]} | {mark} | {cells} |")
    missed = [f"{name}: {row.name} {row.what}: {row.value:g} ({row.mark})" for name, row in misses(results)]
    lines += ["", "## Missed", "", *([f"- {one}" for one in missed] or ["Nothing."])]
    for name, rows in results.items():
        lines += ["", f"## {name}: counted from", ""]
        lines += [f"- {row.name} {row.what}: {row.detail}" for row in rows if row.detail]
    return "\n".join(lines) + "\n"


def misses(results: Mapping[str, Sequence[Row]]) -> list[tuple[str, Row]]:
    return [(name, row) for name, rows in results.items() for row in rows if row.mark and not row.passed]


def write(results: Mapping[str, Sequence[Row]], plan: Mapping[str, object], name: str, folder: Path = FOLDER) -> Path:
    """NAME.json and NAME.md. Returns the latter."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {"plan": dict(plan), "results": {key: [asdict(row) for row in rows] for key, rows in results.items()}}
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    (folder / f"{name}.json").write_text(text, encoding="utf-8")
    path = folder / f"{name}.md"
    path.write_text(markdown(results, plan), encoding="utf-8")
    return path


def read(name: str, folder: Path = FOLDER) -> tuple[Results, dict[str, Any]]:
    """What an earlier run has written; nothing when it has written nothing."""
    path = folder / f"{name}.json"
    if not path.exists():
        return {}, {}
    content = json.loads(path.read_text(encoding="utf-8"))
    return {key: [Row(**row) for row in rows] for key, rows in content["results"].items()}, content["plan"]


def machine() -> str:
    """Where and beside what it ran."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return f"{utc_now():%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, Python {platform.python_version()}, load {load}"


def _cell(row: Row | None) -> str:
    if row is None:
        return "–"
    return f"{row.value:g}" if row.passed else f"**{row.value:g}**"


def _word(row: Row) -> str:
    if not row.mark:
        return ""
    return "ok" if row.passed else "MISS"
