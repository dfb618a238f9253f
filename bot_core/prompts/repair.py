"""What a model is told when its reply failed the guardrails."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from bot_core.prompts.builder import as_data
from bot_core.prompts.variables import substituted
from bot_core.trace import Finding

_FILE = Path(__file__).with_name("repair.md")


def repair_request(findings: Sequence[Finding]) -> str:
    """The faults, one on a line, each with the words that it is about, and the wish to write the reply again."""
    faults = "\n".join(f"- «{as_data(finding.excerpt)}»: {finding.message}" for finding in findings)
    return substituted(_text(), {"faults": faults})


@lru_cache(maxsize=1)
def _text() -> str:
    return _FILE.read_text(encoding="utf-8").strip()
