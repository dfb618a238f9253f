"""What a judge preferred of two variants' conversations, counted; and what is to be thought of such a judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from workbench.evaluation.findings.comparison_records import PreferenceFinding, PreferenceShare
from workbench.evaluation.findings.conversation_records import Key, case_key
from workbench.evaluation.findings.judging import judge_doubt
from workbench.evaluation.judge.judge import SAME_MODEL
from workbench.evaluation.statistics.metrics import Observed
from workbench.evaluation.statistics.rates import rate_of
from workbench.evaluation.statistics.significance import sign_test
from workbench.records import JudgeSpec
from workbench.storage.preference_files import PairOutcome, PreferenceRecord

_JUDGED = (PairOutcome.CANDIDATE, PairOutcome.TIE, PairOutcome.BASELINE)


@dataclass(slots=True)
class _Case:
    """All trials of one case. Nothing of a pair that was not judged."""

    outcomes: list[PairOutcome] = field(default_factory=list)
    flips: int = 0

    def share_of(self, outcome: PairOutcome) -> Observed:
        return Observed(float(self.outcomes.count(outcome)), len(self.outcomes))

    @property
    def decided(self) -> Observed:
        """How often the candidate won, of the times that either did."""
        won, lost = self.outcomes.count(PairOutcome.CANDIDATE), self.outcomes.count(PairOutcome.BASELINE)
        return Observed(float(won), won + lost)

    @property
    def lead(self) -> int:
        """Of the candidate: the conversation is one observation, however often it was played."""
        return self.outcomes.count(PairOutcome.CANDIDATE) - self.outcomes.count(PairOutcome.BASELINE)


def preference_finding(spec: JudgeSpec, records: Iterable[PreferenceRecord]) -> PreferenceFinding | None:
    """None when nothing was compared. Raises DatasetError for a file of calibrations that is none."""
    keys: dict[PairOutcome, list[Key]] = {outcome: [] for outcome in PairOutcome}
    flipped: list[Key] = []
    same: list[Key] = []
    cases: dict[str, _Case] = {}
    usd, kinds, looked_at = 0.0, set[str](), set[str]()
    for record in records:
        key = case_key(record.case_id, record.trial)
        looked_at.add(record.case_id)
        (same if record.same else keys[record.outcome]).append(key)
        usd += float(sum(call.cost_usd for call in record.calls))
        kinds.update(warning.kind for warning in record.warnings)
        if record.outcome in _JUDGED and not record.same:
            case = cases.setdefault(record.case_id, _Case())
            case.outcomes.append(record.outcome)
            case.flips += record.flipped
            flipped += [key] * record.flipped
    if not any([same, *keys.values()]):
        return None
    judged = tuple(cases.values())
    candidate, tie, baseline = (_share(keys[one], [case.share_of(one) for case in judged]) for one in _JUDGED)
    leads = [case.lead for case in judged]
    return PreferenceFinding(
        judge=spec.model.model,
        candidate=candidate,
        tie=tie,
        baseline=baseline,
        decided=_share((*keys[PairOutcome.CANDIDATE], *keys[PairOutcome.BASELINE]), [case.decided for case in judged]),
        p_value=sign_test(sum(lead > 0 for lead in leads), sum(lead < 0 for lead in leads)),
        flips=_share(flipped, [Observed(float(case.flips), len(case.outcomes)) for case in judged]),
        same=tuple(same),
        unscored=tuple(keys[PairOutcome.UNSCORED]),
        left_out=tuple(keys[PairOutcome.LEFT_OUT]),
        warnings=tuple(_warnings(spec, kinds)),
        conversations=len(looked_at),
        usd=usd,
    )


def _share(keys: Sequence[Key], observed: Sequence[Observed]) -> PreferenceShare:
    """Of the pairs that the judge was asked about."""
    estimate = rate_of([one for one in observed if one.count])
    if estimate is None:
        return PreferenceShare(tuple(keys), None, None, None)
    return PreferenceShare(tuple(keys), estimate.share, estimate.low, estimate.high)


def _warnings(spec: JudgeSpec, kinds: set[str]) -> Iterator[str]:
    """Why it is to be taken with a grain of salt: its own words, never calibrated, below the floor in a rubric."""
    if SAME_MODEL in kinds:
        yield SAME_MODEL
    if doubt := judge_doubt(spec):
        yield doubt
