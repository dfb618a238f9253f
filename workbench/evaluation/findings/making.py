"""From the results of an experiment's variants to everything that is shown of them, in one pass over the results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot_core.prompts.library import FilePromptLibrary, PromptLibrary
from bot_core.releases.files import FileReleaseSource
from bot_core.releases.source import ReleaseSource
from workbench.evaluation.findings.collecting import Collected
from workbench.evaluation.findings.comparing import comparison
from workbench.evaluation.findings.distributions import distributions
from workbench.evaluation.findings.judging import judge_findings
from workbench.evaluation.findings.measures import TIMES, metrics_of
from workbench.evaluation.findings.origins import data_differences, origins
from workbench.evaluation.findings.preferences import preference_finding
from workbench.evaluation.findings.records import Findings, PreferenceFinding, VariantFindings, WarningFinding
from workbench.evaluation.findings.settings import Library, specs_for
from workbench.evaluation.findings.variants import variant_findings
from workbench.evaluation.statistics.analysis import Analysis, analyse
from workbench.evaluation.statistics.significance import RESAMPLES
from workbench.records import CaseResult, ExperimentRecord, JudgeSpec, RunRecord, VariantSpec
from workbench.storage.preference_files import PreferenceRecord


def findings(
    results_by_variant: Sequence[Iterable[CaseResult]],
    names: Sequence[str],
    *,
    record: ExperimentRecord | None = None,
    specs: Sequence[VariantSpec] = (),
    releases: ReleaseSource | None = None,
    prompts: PromptLibrary | None = None,
    judge: JudgeSpec | None = None,
    preferences: Mapping[str, Iterable[PreferenceRecord]] | None = None,
    timed: bool = True,
    resamples: int = RESAMPLES,
) -> Findings:
    """Every further variant against the first. `results_by_variant` may be generators: each is read once.

    Of a result only what a person reads is kept, about 3 kB. Partial runs are fine: a variant without a conversation in
    common with the first has no comparison yet. `record` names the experiment; `specs` (default: the record's) say what
    the variants were; `releases` and `prompts` (default: the shipped ones) are where their prompts are looked up.
    `timed` is False for a replay, whose times say nothing of the models. `judge` is the one whose scores are in the
    results: its calibration is looked up. `preferences` are what it preferred, by candidate's name.
    Raises UserError when names are missing.
    """
    known = _Known(
        names=names,
        record=record,
        specs=specs_for(specs or [run.variant for run in (record.runs if record else ())], len(names)),
        library=Library(releases or FileReleaseSource(), prompts or FilePromptLibrary()),
        judge=judge,
        preferred=_preferred(judge, preferences or {}),
        timed=timed,
    )
    collected = [Collected() for _ in results_by_variant]
    watched = [one.watching(results) for one, results in zip(collected, results_by_variant, strict=True)]
    pairs_usd = sum(one.usd_per_conversation for one in known.preferred.values())
    metrics = metrics_of(timed=timed)
    analysis = analyse(watched, names, metrics=metrics, resamples=resamples, partial=True, pairs_usd=pairs_usd)
    return _told(known, analysis, collected)


@dataclass(frozen=True)
class _Known:
    """What is known of the variants beside their results."""

    names: Sequence[str]
    record: ExperimentRecord | None
    specs: Sequence[VariantSpec | None]
    library: Library
    judge: JudgeSpec | None
    preferred: Mapping[str, PreferenceFinding]
    """By candidate."""
    timed: bool

    @property
    def runs(self) -> dict[str, RunRecord]:
        """By variant; those that have begun."""
        return dict(zip(self.names, self.record.runs if self.record else (), strict=False))


def _told(known: _Known, analysis: Analysis, collected: Sequence[Collected]) -> Findings:
    record, runs = known.record, known.runs
    variants = _variants(known, analysis, collected)
    by_name = {variant.name: variant for variant in variants}
    return Findings(
        experiment_id=record.experiment_id if record else "",
        name=record.name if record else " / ".join(known.names),
        split=record.split if record else "",
        started_at=record.started_at.isoformat() if record else None,
        status=record.status.value if record else "finished",
        variants=variants,
        comparisons=tuple(
            comparison(one, by_name, known.library, known.preferred.get(one.candidate)) for one in analysis.comparisons
        ),
        origins=origins(runs),
        data_differences=data_differences(runs),
        judge=judge_findings(known.judge, {variant.name: variant.rates for variant in analysis.variants}),
        judge_warnings=tuple(
            WarningFinding(kind, name, tuple(keys))
            for name, one in zip(known.names, collected, strict=True)
            for kind, keys in one.warned.items()
        ),
        by_baseline=tuple(
            finding for name, one in zip(known.names, collected, strict=True) for finding in one.baseline.findings(name)
        ),
        unjudged=tuple(
            finding for name, one in zip(known.names, collected, strict=True) for finding in one.unjudged.findings(name)
        ),
    )


def _variants(known: _Known, analysis: Analysis, collected: Sequence[Collected]) -> tuple[VariantFindings, ...]:
    spreads = distributions([one.spread for one in collected], leaving_out=frozenset() if known.timed else TIMES)
    rows = zip(analysis.variants, collected, spreads, known.specs, strict=True)
    return tuple(
        variant_findings(each, one, spread, spec, known.library, known.runs.get(each.name))
        for each, one, spread, spec in rows
    )


def _preferred(
    judge: JudgeSpec | None, preferences: Mapping[str, Iterable[PreferenceRecord]]
) -> dict[str, PreferenceFinding]:
    if judge is None:
        return {}
    found = {candidate: preference_finding(judge, records) for candidate, records in preferences.items()}
    return {candidate: finding for candidate, finding in found.items() if finding}
