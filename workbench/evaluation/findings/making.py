"""From the results of an experiment's variants to everything that is shown of them, in one pass over the results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot_core.prompts.library import FilePromptLibrary, PromptLibrary
from bot_core.releases.files import FileReleaseSource
from bot_core.releases.source import ReleaseSource
from workbench.evaluation.customers.summary import GOAL
from workbench.evaluation.findings.confusion import ConfusionCounter
from workbench.evaluation.findings.conversations import conversation_of
from workbench.evaluation.findings.distributions import Spread, distributions
from workbench.evaluation.findings.failures import FailureCounter
from workbench.evaluation.findings.flips import flips
from workbench.evaluation.findings.judging import judge_findings
from workbench.evaluation.findings.preferences import preference_finding
from workbench.evaluation.findings.records import (
    Comparison,
    Conversation,
    Distribution,
    Findings,
    Key,
    MetricComparison,
    PreferenceFinding,
    RateFinding,
    ReliabilityFinding,
    VariantFindings,
    WarningFinding,
)
from workbench.evaluation.findings.settings import Library, UseCounter, specs_for
from workbench.evaluation.judge.rubric import JUDGE_SCORERS
from workbench.evaluation.sentiment.metrics import SENTIMENT
from workbench.evaluation.sentiment.opinions import OPINIONS, QUICK_REPLIES
from workbench.evaluation.statistics.analysis import STANDARD_METRICS, VariantAnalysis, VariantVerdict, analyse
from workbench.evaluation.statistics.metrics import WHOLE_CASE, MetricKind, pass_rate
from workbench.evaluation.statistics.sentences import metric_label, verdict_sentence
from workbench.evaluation.statistics.significance import RESAMPLES
from workbench.evaluation.statistics.verdicts import Decision, MetricVerdict
from workbench.records import CaseResult, ExperimentRecord, JudgeSpec, RunRecord, VariantSpec, Verdict
from workbench.storage.preference_files import PreferenceRecord

_SCORED = (*STANDARD_METRICS, pass_rate(GOAL), *(pass_rate(name) for name in JUDGE_SCORERS))
METRICS = (*_SCORED, SENTIMENT, OPINIONS, QUICK_REPLIES)
TIMES = frozenset({"latency", "model_time", "overhead"})
_RATES = tuple(metric.name for metric in _SCORED if metric.kind is MetricKind.RATE)


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
    runs = record.runs if record else ()
    known = specs_for(specs or [run.variant for run in runs], len(names))
    library = Library(releases or FileReleaseSource(), prompts or FilePromptLibrary())
    collected = [_Collected() for _ in results_by_variant]
    watched = [one.watching(results) for one, results in zip(collected, results_by_variant, strict=True)]
    metrics = [metric for metric in METRICS if timed or metric.name not in TIMES]
    analysis = analyse(watched, names, metrics=metrics, resamples=resamples, partial=True)
    spreads = distributions([one.spread for one in collected], leaving_out=frozenset() if timed else TIMES)
    variants = tuple(
        _variant(each, one, spread, spec, library, run)
        for each, one, spread, spec, run in zip(
            analysis.variants, collected, spreads, known, [*runs, *[None] * len(names)], strict=False
        )
    )
    by_name = {variant.name: variant for variant in variants}
    return Findings(
        experiment_id=record.experiment_id if record else "",
        name=record.name if record else " / ".join(names),
        split=record.split if record else "",
        started_at=record.started_at.isoformat() if record else None,
        status=record.status.value if record else "finished",
        variants=variants,
        comparisons=tuple(
            replace(_comparison(one, by_name, library), preferences=_preferred(judge, preferences, one.candidate))
            for one in analysis.comparisons
        ),
        provenance=runs[0].provenance if runs else None,
        judge=judge_findings(judge, {variant.name: variant.rates for variant in analysis.variants}),
        judge_warnings=tuple(_warnings(names, collected)),
    )


@dataclass(slots=True)
class _Collected:
    """What is kept of one variant while its results pass by."""

    conversations: dict[Key, Conversation] = field(default_factory=dict)
    confusion: ConfusionCounter = field(default_factory=ConfusionCounter)
    failures: FailureCounter = field(default_factory=FailureCounter)
    spread: Spread = field(default_factory=Spread)
    uses: UseCounter = field(default_factory=UseCounter)
    verdicts: dict[str, dict[Verdict, list[Key]]] = field(default_factory=dict)
    warned: dict[str, list[Key]] = field(default_factory=dict)
    usd: float = 0.0
    evaluation_usd: float = 0.0

    def watching(self, results: Iterable[CaseResult]) -> Iterator[CaseResult]:
        for result in results:
            self._add(result)
            yield result

    def _add(self, result: CaseResult) -> None:
        conversation = conversation_of(result)
        self.conversations[conversation.key] = conversation
        self.confusion.add(conversation)
        self.failures.add(conversation)
        self.spread.add(result)
        self.uses.add(result)
        self._note(WHOLE_CASE, result.verdict, conversation.key)
        for score in result.scores:
            self._note(score.scorer, score.verdict, conversation.key)
        for warning in result.warnings:
            self.warned.setdefault(warning.kind, []).append(conversation.key)
        self.usd += float(result.bot_usd)
        self.evaluation_usd += float(result.evaluation_usd)

    def _note(self, metric: str, verdict: Verdict, key: Key) -> None:
        self.verdicts.setdefault(metric, {}).setdefault(verdict, []).append(key)

    def keys(self, metric: str, verdict: Verdict) -> tuple[Key, ...]:
        return tuple(self.verdicts.get(metric, {}).get(verdict, ()))


def _preferred(
    judge: JudgeSpec | None, preferences: Mapping[str, Iterable[PreferenceRecord]] | None, candidate: str
) -> PreferenceFinding | None:
    records = preferences.get(candidate) if preferences else None
    return preference_finding(judge, records) if judge and records is not None else None


def _warnings(names: Sequence[str], collected: Sequence[_Collected]) -> Iterator[WarningFinding]:
    for name, one in zip(names, collected, strict=True):
        yield from (WarningFinding(kind, name, tuple(keys)) for kind, keys in one.warned.items())


def _variant(
    analysis: VariantAnalysis,
    collected: _Collected,
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
        played_conversations=collected.conversations,
    )


def _rates(analysis: VariantAnalysis, collected: _Collected) -> Iterator[RateFinding]:
    """Of every scorer that had something to check, or that broke."""
    for name in _RATES:
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


def _comparison(one: VariantVerdict, variants: dict[str, VariantFindings], library: Library) -> Comparison:
    a, b = variants[one.baseline], variants[one.candidate]
    rows = tuple(_metric(verdict, one) for verdict in one.verdicts)
    whole = next((row for row in rows if row.metric == WHOLE_CASE), None)
    proven = [row for row in rows if row.decision is not Decision.NOT_ENOUGH_EVIDENCE and row is not whole]
    return Comparison(
        baseline=a.name,
        candidate=b.name,
        headline=whole.sentence if whole else "",
        decision=whole.decision if whole else Decision.NOT_ENOUGH_EVIDENCE,
        proven=tuple(row.sentence for row in proven),
        metrics=rows,
        flips=flips(a.played_conversations, b.played_conversations),
        prompt_diffs=library.prompt_diffs(a.spec, b.spec),
    )


def _metric(verdict: MetricVerdict, one: VariantVerdict) -> MetricComparison:
    row = verdict.difference
    return MetricComparison(
        metric=row.metric.name,
        label=metric_label(row.metric.name),
        kind=row.metric.kind,
        unit=row.metric.unit,
        higher_is_better=row.metric.higher_is_better,
        a=row.a,
        b=row.b,
        difference=row.difference,
        low=row.low,
        high=row.high,
        bootstrap_low=row.bootstrap_low,
        bootstrap_high=row.bootstrap_high,
        p_value=row.p_value,
        adjusted_p=verdict.adjusted_p,
        method=row.method.value,
        decision=verdict.decision,
        gap=verdict.gap,
        more_conversations=verdict.more_conversations,
        more_usd=verdict.more_usd,
        sentence=verdict_sentence(verdict, a=one.baseline, b=one.candidate),
        conversations=row.conversations,
        better=row.better_in,
        worse=row.worse_in,
        left_out=row.left_out_in,
    )
