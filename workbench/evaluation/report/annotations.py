"""GitHub's workflow commands: problems at the case's own line in its file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot_core.settings import PROJECT_ROOT
from workbench.evaluation.gate.judgement import Judgement

_MOST = 10
"""GitHub shows at most ten for a step."""


def workflow_commands(judgement: Judgement, files: Mapping[str, Path]) -> Iterator[str]:
    """`::error file=…,line=…::…`; `files` says where each case is written."""
    for problem in judgement.problems[:_MOST]:
        place = ""
        if problem.case_id is not None and problem.case_id in files:
            path = files[problem.case_id]
            place = f"file={_property(_relative(path))},line={_line(path, problem.case_id)},"
        title = _property(f"{problem.outcome.name.lower()}: {problem.case_id or problem.suite}")
        yield f"::error {place}title={title}::{_data(f'{problem.suite}: {problem.message}')}"


def _line(path: Path, case_id: str) -> int:
    wanted = re.compile(rf"^- id:\s*{re.escape(case_id)}\s*(#.*)?$")
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, start=1) if wanted.match(line)), 1)


def _relative(path: Path) -> str:
    return str(path.relative_to(PROJECT_ROOT)) if path.is_relative_to(PROJECT_ROOT) else str(path)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
