"""One variant by itself: its rates, how its values are spread, why it fails, what it was."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.evaluation.findings.collecting import Collected
from workbench.evaluation.findings.measures import RATES
from workbench.evaluation.findings.records import Distribution, RateFinding, ReliabilityFinding, VariantFindings
from workbench.evaluation.findings.settings import Library
from workbench.evaluation.statistics.analysis import VariantAnalysis
from workbench.evaluation.statistics.sentences import metric_label
from workbench.records import RunRecord, VariantSpec, Verdict


def variant_findings(
    analysis: VariantAnalysis,
    collected: Collected,
    spread: tuple[Distribution, ...],
    spec: VariantSpec | None,
    library: Library,
    run: RunRecord | None,
) -> VariantFindings:
    return VariantFindings(
        name=analysis.name,
        run_id=run.run_id if run else None,
        spec=spec,
        conversations=analysis.conversations,
        played=len(collected.conversations),
        trials=analysis.trials,
        errors=tuple(key for key, one in collected.conversations.items() if one.error),
        rates=tuple(_rates(analysis, collected)),
        reliability=tuple(
            ReliabilityFinding(row.k, row.share, row.low, row.high, row.conversations) for row in analysis.reliability
        ),
        distributions=spread,
        confusion=collected.confusion.confusion(),
        failures=collected.failures.groups(),
        settings=library.settings(spec),
        used=collected.uses.uses(),
        usd=collected.usd,
        evaluation_usd=collected.evaluation_usd,
        earlier=run.earlier if run else (),
        simulated=collected.ends.finding(),
        played_conversations=collected.conversations,
    )


def _rates(analysis: VariantAnalysis, collected: Collected) -> Iterator[RateFinding]:
    """Of every scorer that had something to check, or that broke."""
    for name in RATES:
        estimate, broken = analysis.rates.get(name), collected.keys(name, Verdict.ERROR)
        if estimate is None and not broken:
            continue
        yield RateFinding(
            metric=name,
            label=metric_label(name),
            share=estimate.share if estimate else None,
            low=estimate.low if estimate else None,
            high=estimate.high if estimate else None,
            exact_low=estimate.exact_low if estimate else None,
            exact_high=estimate.exact_high if estimate else None,
            passed=collected.keys(name, Verdict.PASS),
            failed=collected.keys(name, Verdict.FAIL),
            broken=broken,
            unscored=len(collected.keys(name, Verdict.UNSCORED)),
        )
