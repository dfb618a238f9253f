"""What an experiment found: `findings(...)` makes one immutable object that pages, reports and the CLI show."""

from workbench.evaluation.findings.making import findings
from workbench.evaluation.findings.records import Findings

__all__ = ["Findings", "findings"]
