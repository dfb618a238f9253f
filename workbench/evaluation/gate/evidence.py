"""May this release be served? What an experiment must show, as a rule without files, clocks or screens.

A finished experiment is evidence when it played the candidate against what is served now, on all cases of a split of
the golden set as they are today, with the prompts and the catalogue of today; and when the gate, with the served
release as its baseline, finds no broken hard rule and nothing inferior. docs/releases.md says the same for people.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from bot_core.releases.release import Release
from workbench.evaluation.gate.baseline import Baseline, bless
from workbench.evaluation.gate.judgement import ScorerJudgement, judged_scorer
from workbench.evaluation.gate.suites import Suite, SuiteResult
from workbench.evaluation.judge.evidence import Evidence as JudgeEvidence
from workbench.evaluation.judge.rubric import JUDGE_SCORERS
from workbench.evaluation.scorers.table import HARD, SCORERS
from workbench.evaluation.statistics.model_calls import answered_by_baseline, model_calls
from workbench.records import CaseResult, RunRecord, RunStatus, VariantSpec, Verdict

SPLITS = ("golden", "recorded")
"""The sets that are large enough to decide on."""
MOST_OUTAGES = 0.05
"""Largest share of the candidate's model calls that the embedded baseline may have answered, for whatever reason."""


class Ground(StrEnum):
    """Why a release is refused."""

    SERVED = "served"
    MISSING = "missing"
    UNFINISHED = "unfinished"
    NO_CANDIDATE = "no_candidate"
    NO_CURRENT = "no_current"
    SMALL_SET = "small_set"
    OTHER_CASES = "other_cases"
    OTHER_FILES = "other_files"
    OTHER_PROMPTS = "other_prompts"
    BROKEN_CASES = "broken_cases"
    MODEL_AWAY = "model_away"
    """The embedded baseline answered for it: `lost` calls of `paired`."""
    HARD_RULE = "hard_rule"
    INFERIOR = "inferior"
    NOTHING_SCORED = "nothing_scored"
    OWN_CASES = "own_cases"
    """People made cases of conversations, and they were not played as they are today."""
    JUDGE_BELOW_FLOOR = "judge_below_floor"


_UNFIT = (
    Ground.MISSING,
    Ground.UNFINISHED,
    Ground.NO_CANDIDATE,
    Ground.NO_CURRENT,
    Ground.SMALL_SET,
    Ground.OTHER_CASES,
    Ground.OTHER_FILES,
    Ground.OTHER_PROMPTS,
)


@dataclass(frozen=True, slots=True)
class Refusal:
    ground: Ground
    about: str = ""
    """A scorer, a split, a release, a prompt: what the ground names."""
    cases: tuple[str, ...] = ()
    lost: int = 0
    won: int = 0
    paired: int = 0

    @property
    def share(self) -> float:
        """Lost ones among `paired`."""
        return self.lost / self.paired if self.paired else 0.0


@dataclass(frozen=True)
class PlayedRun:
    """One variant of the experiment. `release` is what the variant stands for; None when it is not known any more."""

    record: RunRecord
    release: Release | None
    results: tuple[CaseResult, ...]


@dataclass(frozen=True)
class Evidence:
    experiment_id: str
    status: RunStatus
    runs: tuple[PlayedRun, ...]
    judge: JudgeEvidence = field(default_factory=JudgeEvidence)
    """Which of the judge's scores may count, and why the others may not."""


@dataclass(frozen=True)
class Question:
    """The candidate, and the world of today that the evidence has to fit."""

    candidate: Release
    current: Release
    prompt_hashes: Mapping[str, str]
    """Content hash of every known prompt version, by id."""
    dataset_digests: Mapping[str, str]
    """Digest of the cases of each split."""
    splits: tuple[str, ...] = SPLITS
    """Those that may decide."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Digests of the catalogue and the knowledge base, named as a run's provenance names them."""


@dataclass(frozen=True)
class Ruling:
    refusals: tuple[Refusal, ...]
    experiment_id: str | None = None
    scorers: tuple[ScorerJudgement, ...] = ()
    """What was compared, when it could be."""
    cases: int = 0

    @property
    def allowed(self) -> bool:
        return not self.refusals

    def as_json(self) -> dict[str, Any]:
        """For the history of releases: the decision without the transcripts."""
        return {
            "experiment_id": self.experiment_id,
            "allowed": self.allowed,
            "cases": self.cases,
            "refusals": [{"ground": refusal.ground.value, "about": refusal.about} for refusal in self.refusals],
            "scorers": {
                each.scorer: {
                    "passed": each.rate.passed,
                    "scored": each.rate.scored,
                    "lost": len(each.lost),
                    "won": len(each.won),
                }
                for each in self.scorers
                if each.rate.scored
            },
        }


def weigh(question: Question, evidence: Evidence | None) -> Ruling:
    """The decision with every reason against it. Nothing is compared while the evidence does not fit the question."""
    if content(question.candidate, question.prompt_hashes) == content(question.current, question.prompt_hashes):
        return Ruling((Refusal(Ground.SERVED, question.current.release_id),))
    if evidence is None:
        return Ruling((Refusal(Ground.MISSING),))
    unfit = tuple(_unfit(question, evidence))
    if unfit:
        return Ruling(unfit, evidence.experiment_id)
    candidate = _run_of(question.candidate, question, evidence)
    current = _run_of(question.current, question, evidence)
    assert candidate and current
    broken = tuple(_broken(candidate, current))
    if broken:
        return Ruling(broken, evidence.experiment_id, cases=len(candidate.results))
    scorers = _compared(candidate, current, evidence.judge)
    refusals = (*_failed(scorers), *_silent(scorers, evidence.judge))
    return Ruling(refusals, evidence.experiment_id, scorers, len(candidate.results))


def with_own_cases(ruling: Ruling, own: Ruling | None) -> Ruling:
    """`ruling` where there are cases that people made: they were played too, in the experiment of `own`, and nothing of
    them was lost. An own experiment that does not fit today is as good as none."""
    if own is None or any(refusal.ground in _UNFIT for refusal in own.refusals):
        return replace(ruling, refusals=(*ruling.refusals, Refusal(Ground.OWN_CASES)))
    return replace(ruling, refusals=(*ruling.refusals, *own.refusals))


def content(release: Release, prompt_hashes: Mapping[str, str]) -> str:
    """What a release does, as one digest: two with the same content answer alike, whatever they are called. A prompt
    counts by its text, so a frozen draft is the version that it became."""
    digest = hashlib.sha256()
    for name, agent in sorted(release.agents.items()):
        prompt = prompt_hashes.get(agent.prompt, agent.prompt)
        digest.update(f"{name.value}|{prompt}|{agent.settings.model_dump_json()}\n".encode())
    digest.update(f"{release.behaviour.model_dump_json()}|{release.financing.model_dump_json()}".encode())
    return digest.hexdigest()


def _unfit(question: Question, evidence: Evidence) -> Iterator[Refusal]:
    if evidence.status is not RunStatus.FINISHED:
        yield Refusal(Ground.UNFINISHED, evidence.status.value)
    found = []
    for release, ground in ((question.candidate, Ground.NO_CANDIDATE), (question.current, Ground.NO_CURRENT)):
        run = _run_of(release, question, evidence)
        if run is None:
            yield Refusal(ground, release.release_id)
        else:
            found.append(run)
    for record in (run.record for run in found[:1]):
        if record.split not in question.splits:
            yield Refusal(Ground.SMALL_SET, record.split)
        elif record.dataset_digest != question.dataset_digests.get(record.split):
            yield Refusal(Ground.OTHER_CASES, record.split)
        then = record.provenance.hashes if record.provenance else {}
        yield from (
            Refusal(Ground.OTHER_FILES, name) for name, now in sorted(question.files.items()) if then.get(name) != now
        )
    for prompt_id in sorted(_rewritten(found, question.prompt_hashes)):
        yield Refusal(Ground.OTHER_PROMPTS, prompt_id)


def _run_of(release: Release, question: Question, evidence: Evidence) -> PlayedRun | None:
    wanted = content(release, question.prompt_hashes)
    return next(
        (run for run in evidence.runs if run.release and content(run.release, question.prompt_hashes) == wanted), None
    )


def _rewritten(runs: Iterable[PlayedRun], prompt_hashes: Mapping[str, str]) -> set[str]:
    """Prompts whose text was another one when the cases were played."""
    calls = (call for run in runs for result in run.results for turn in result.turns for call in turn.trace.calls)
    return {call.prompt_id for call in calls if prompt_hashes.get(call.prompt_id) != call.prompt_hash}


def _broken(candidate: PlayedRun, current: PlayedRun) -> Iterator[Refusal]:
    """What could not be played or checked, in either run, is no evidence of anything."""
    for run in (candidate, current):
        wanted = run.record.cases * run.record.trials
        broken = tuple(result.case_id for result in run.results if _is_broken(result))
        if broken or len(run.results) != wanted:
            yield Refusal(Ground.BROKEN_CASES, run.record.variant.name, cases=broken)
    calls = [call for result in candidate.results for call in model_calls(result)]
    away = sum(map(answered_by_baseline, calls))
    if away > MOST_OUTAGES * len(calls):
        yield Refusal(Ground.MODEL_AWAY, candidate.record.variant.name, lost=away, paired=len(calls))


def _is_broken(result: CaseResult) -> bool:
    return result.error is not None or any(
        score.verdict is Verdict.ERROR for score in result.scores if score.scorer not in JUDGE_SCORERS
    )


def _compared(candidate: PlayedRun, current: PlayedRun, judge: JudgeEvidence) -> tuple[ScorerJudgement, ...]:
    """The gate's own comparison, with the served release in the place of the blessed baseline."""
    suite = Suite(VariantSpec(name="candidate"), candidate.record.split)
    baseline: Baseline = bless(
        [SuiteResult(suite, _keyed(current.results))], "the release that is served", on=date(1970, 1, 1)
    )
    run = SuiteResult(suite, _keyed(candidate.results))
    return tuple(judged_scorer(name, run, baseline) for name in (*SCORERS, *judge.accepted))


def _keyed(results: Sequence[CaseResult]) -> tuple[CaseResult, ...]:
    """A case that was tried several times counts each time."""
    return tuple(
        result if result.trial == 1 else result.model_copy(update={"case_id": f"{result.case_id} #{result.trial}"})
        for result in results
    )


def _failed(scorers: Iterable[ScorerJudgement]) -> Iterator[Refusal]:
    for each in scorers:
        if each.scorer in HARD:
            if each.failed:
                failed = tuple(result.case_id for result in each.failed)
                yield Refusal(Ground.HARD_RULE, each.scorer, failed, paired=each.rate.scored)
        elif each.is_inferior:
            lost = tuple(result.case_id for result in each.lost)
            yield Refusal(Ground.INFERIOR, each.scorer, lost, len(each.lost), len(each.won), each.paired)


def _silent(scorers: Sequence[ScorerJudgement], judge: JudgeEvidence) -> Iterator[Refusal]:
    """Somebody must have said how well the candidate answers: the hard rules only say what it did not do."""
    if any(each.rate.scored for each in scorers if each.scorer not in HARD):
        return
    if judge.refused:
        yield Refusal(Ground.JUDGE_BELOW_FLOOR, next(iter(judge.refused.values())))
    else:
        yield Refusal(Ground.NOTHING_SCORED)


def overridden(ruling: Ruling, *, reason: str) -> dict[str, Any]:
    """What the history keeps of a release that was promoted against the rule."""
    return ruling.as_json() | {"override": reason}
