"""Which conversations stand behind a number of the page, where the findings themselves do not say."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.evaluation.findings.records import Comparison, Findings, Key, VariantFindings


class Behind:
    def __init__(self, findings: Findings) -> None:
        self._variants = {variant.name: variant for variant in findings.variants}

    def scored(self, variant: str, metric: str) -> tuple[Key, ...]:
        """Passed or failed; nothing for a metric that is no rate."""
        rate = self._variants[variant].rate(metric)
        return rate.passed + rate.failed if rate else ()

    def compared(self, comparison: Comparison) -> tuple[str, ...]:
        """Cases in which both variants were scored as a whole."""
        theirs = set(_cases(self.scored(comparison.candidate, "case")))
        return tuple(case for case in _cases(self.scored(comparison.baseline, "case")) if case in theirs)

    def confused(
        self, variant: VariantFindings, *, expected: str | None = None, found: str | None = None
    ) -> tuple[Key, ...]:
        """Of all cells of the confusion, or of those of one row or column."""
        cells = (
            cell
            for cell in variant.confusion.cells
            if expected in (None, cell.expected) and found in (None, cell.found)
        )
        return tuple(dict.fromkeys(key for cell in cells for key in cell.keys))


def _cases(keys: Sequence[Key]) -> list[str]:
    return list(dict.fromkeys(key.partition("#")[0] for key in keys))
