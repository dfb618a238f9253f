from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot_core.llm.gateway import ModelSettings
from bot_core.prompts.library import FilePromptLibrary
from bot_core.releases.files import FileReleaseSource, with_model
from bot_core.releases.release import AgentName, Release
from bot_core.trace import Attempt
from tests.fakes.gated import played
from tests.fakes.results import run as run_record
from workbench.evaluation.gate.evidence import (
    SPLITS,
    Evidence,
    Ground,
    PlayedRun,
    Question,
    Refusal,
    content,
    overridden,
    weigh,
    with_own_cases,
)
from workbench.evaluation.judge.evidence import Evidence as JudgeEvidence
from workbench.evaluation.scorers.table import HARD, SCORERS
from workbench.records import CaseResult, Provenance, RunStatus, Score, Verdict

RELEASES = FileReleaseSource()
CURRENT, CANDIDATE = RELEASES.get("offline-base"), RELEASES.get("offline-exacto")
HASHES = {template.prompt_id: template.content_hash for template in FilePromptLibrary().list()} | {"greeting/v001": "0"}
FILES = {"catalog": "c1", "knowledge": "k1"}
QUESTION = Question(
    candidate=CANDIDATE,
    current=CURRENT,
    prompt_hashes=HASHES,
    dataset_digests={"golden": "abc", "recorded": "def"},
    files=FILES,
)
SOFT = [name for name in SCORERS if name not in HARD]


def cases(count: int, *failing: int, scorer: str = "slots") -> list[CaseResult]:
    return [played(f"case-{number}", *([scorer] if number in failing else [])) for number in range(count)]


def side(release: Release | None, results: list[CaseResult], **changes: object) -> PlayedRun:
    whole = {"split": "golden", "cases": len(results), "provenance": Provenance(hashes=FILES)}
    record = run_record().model_copy(update=whole | changes)
    return PlayedRun(record, release, tuple(results))


def evidence(candidate: list[CaseResult], current: list[CaseResult] | None = None, **changes: Any) -> Evidence:
    current = cases(len(candidate)) if current is None else current
    runs = side(CURRENT, current, **changes), side(CANDIDATE, candidate, **changes)
    return Evidence("e1", RunStatus.FINISHED, runs)


def grounds(found: Evidence | None, question: Question = QUESTION) -> list[Ground]:
    return [refusal.ground for refusal in weigh(question, found).refusals]


def test_a_candidate_that_lost_nothing_is_allowed():
    ruling = weigh(QUESTION, evidence(cases(50)))
    assert ruling.allowed
    assert (ruling.experiment_id, ruling.cases) == ("e1", 50)
    assert ruling.as_json()["scorers"]["grounding"] == {"passed": 50, "scored": 50, "lost": 0, "won": 0}


def test_without_an_experiment_nothing_is_promoted():
    assert grounds(None) == [Ground.MISSING]


def test_what_is_served_already_needs_no_promotion():
    same = CURRENT.model_copy(update={"release_id": "otro-nombre", "description": "igual"})
    ruling = weigh(replace(QUESTION, candidate=same), evidence(cases(5)))
    assert ruling.refusals == (Refusal(Ground.SERVED, "offline-base"),)


@pytest.mark.parametrize("status", [status for status in RunStatus if status is not RunStatus.FINISHED])
def test_an_experiment_that_did_not_end_is_no_evidence(status: RunStatus):
    assert grounds(replace(evidence(cases(5)), status=status)) == [Ground.UNFINISHED]


def test_both_releases_must_have_played():
    whole = evidence(cases(5))
    assert grounds(replace(whole, runs=whole.runs[:1])) == [Ground.NO_CANDIDATE]
    assert grounds(replace(whole, runs=whole.runs[1:])) == [Ground.NO_CURRENT]
    assert grounds(replace(whole, runs=())) == [Ground.NO_CANDIDATE, Ground.NO_CURRENT]
    unknown = replace(whole.runs[1], release=None)
    assert grounds(replace(whole, runs=(whole.runs[0], unknown))) == [Ground.NO_CANDIDATE]


def test_after_another_promotion_the_comparison_is_with_the_wrong_release():
    now = RELEASES.get("local")
    assert grounds(evidence(cases(5)), replace(QUESTION, current=now)) == [Ground.NO_CURRENT]


@pytest.mark.parametrize(
    ("changes", "ground"),
    [
        ({"split": "smoke"}, Ground.SMALL_SET),
        ({"dataset_digest": "xyz"}, Ground.OTHER_CASES),
        ({"split": "recorded"}, Ground.OTHER_CASES),
        ({"provenance": Provenance(hashes=FILES | {"catalog": "c2"})}, Ground.OTHER_FILES),
        ({"provenance": Provenance(hashes=FILES | {"knowledge": "k2"})}, Ground.OTHER_FILES),
    ],
)
def test_stale_evidence_is_named(changes: dict[str, Any], ground: Ground):
    assert grounds(evidence(cases(5), **changes)) == [ground]


def test_the_recorded_split_will_do():
    assert SPLITS == ("golden", "recorded")
    assert grounds(evidence(cases(5), split="recorded", dataset_digest="def")) == []


def test_a_prompt_that_was_rewritten_makes_the_evidence_stale():
    question = replace(QUESTION, prompt_hashes=HASHES | {"greeting/v001": "another text"})
    assert weigh(question, evidence(cases(5))).refusals == (Refusal(Ground.OTHER_PROMPTS, "greeting/v001"),)


def test_a_frozen_draft_speaks_for_the_version_that_it_became():
    def with_prompt(release_id: str, prompt: str) -> Release:
        agents = CURRENT.agents | {
            AgentName.SALES: CURRENT.agents[AgentName.SALES].model_copy(update={"prompt": prompt})
        }
        return CURRENT.model_copy(update={"release_id": release_id, "agents": agents})

    question = replace(
        QUESTION,
        candidate=with_prompt("nueva", "sales/v002"),
        prompt_hashes=HASHES | {"sales/v000-abc": "new", "sales/v002": "new"},
    )
    whole = evidence(cases(5))
    runs = (whole.runs[0], replace(whole.runs[1], release=with_prompt("x", "sales/v000-abc")))
    assert grounds(replace(whole, runs=runs), question) == []
    other = replace(question, prompt_hashes=dict(question.prompt_hashes) | {"sales/v002": "edited after it"})
    assert grounds(replace(whole, runs=runs), other) == [Ground.NO_CANDIDATE]


def test_a_case_that_broke_is_no_evidence_in_either_run():
    broken = [*cases(4), played("case-4", error="StaleCassette")]
    assert weigh(QUESTION, evidence(broken)).refusals[0].cases == ("case-4",)
    assert grounds(evidence(broken)) == [Ground.BROKEN_CASES]
    assert grounds(evidence(cases(5), current=broken)) == [Ground.BROKEN_CASES]
    assert grounds(evidence([*cases(4), played("case-4", broken="plan")])) == [Ground.BROKEN_CASES]
    assert grounds(evidence(cases(5), cases=6)) == [Ground.BROKEN_CASES, Ground.BROKEN_CASES]


def asked(result: CaseResult, **call: Any) -> CaseResult:
    """The same, with a call that went to a model."""
    turn = result.turns[0]
    calls = [one.model_copy(update={"model": "openai/x"} | call) for one in turn.trace.calls]
    trace = turn.trace.model_copy(update={"calls": calls})
    return result.model_copy(update={"turns": (turn.model_copy(update={"trace": trace}),)})


def away(result: CaseResult, error: str) -> CaseResult:
    """The baseline answered in the model's place."""
    attempts = [Attempt(model="openai/x", error=error), Attempt(model="offline")]
    return asked(result, model="offline", fallback=True, attempts=attempts)


@pytest.mark.parametrize("error", ["ModelNotConfigured", "ModelBadRequest", "ModelInvalidAnswer", "ModelRefused"])
def test_a_candidate_whose_baseline_answered_for_its_model_has_shown_nothing(error: str):
    [refusal] = weigh(QUESTION, evidence([away(case, error) for case in cases(5)])).refusals
    assert refusal == Refusal(Ground.MODEL_AWAY, refusal.about, lost=5, paired=5)


def test_a_few_calls_may_be_missed():
    assert grounds(evidence([*map(asked, cases(39)), away(played("late"), "ModelTimeout")])) == []
    assert grounds(evidence([*map(asked, cases(17)), away(played("late"), "ModelTimeout")])) == [Ground.MODEL_AWAY]


def test_agents_without_a_model_do_not_hide_that_the_others_had_no_answer():
    assert grounds(evidence([*cases(39), away(played("late"), "ModelTimeout")])) == [Ground.MODEL_AWAY]


def test_a_call_that_nothing_answered_was_not_answered_by_its_model():
    late = {"fallback": True, "attempts": [Attempt(model="openai/x", error="ModelTimeout")]}
    assert grounds(evidence([asked(case, **late) for case in cases(5)])) == [Ground.MODEL_AWAY]


def test_another_model_of_the_route_is_not_the_baseline():
    attempts = [Attempt(model="openai/x", error="ModelUnavailable"), Attempt(model="openai/y")]
    by_another = {"model": "openai/y", "fallback": True, "attempts": attempts}
    assert grounds(evidence([asked(case, **by_another) for case in cases(5)])) == []


@pytest.mark.parametrize("rule", HARD)
def test_a_hard_rule_has_no_tolerance_even_when_the_served_release_fails_too(rule: str):
    failing = cases(400, 7, scorer=rule)
    [refusal] = weigh(QUESTION, evidence(failing, current=failing)).refusals
    assert refusal == Refusal(Ground.HARD_RULE, rule, ("case-7",), paired=400)


def test_an_inferior_scorer_is_named_with_its_cases():
    [refusal] = weigh(QUESTION, evidence(cases(30, 3, 4, scorer="cars"))).refusals
    assert refusal == Refusal(Ground.INFERIOR, "cars", ("case-3", "case-4"), lost=2, won=0, paired=30)


def test_a_loss_in_the_second_trial_counts():
    first, second = cases(30), [case.model_copy(update={"trial": 2}) for case in cases(30, 1, 2, 3)]
    again = [case.model_copy(update={"trial": 2}) for case in cases(30)]
    [refusal] = weigh(QUESTION, evidence([*first, *second], current=[*first, *again], cases=30, trials=2)).refusals
    assert refusal.cases == ("case-1 #2", "case-2 #2", "case-3 #2")


def judged_only(verdict: Verdict) -> list[CaseResult]:
    """Cases in which only the hard rules and a judge had something to say."""

    def score(name: str) -> Score:
        return Score(scorer=name, verdict=Verdict.PASS if name in HARD else Verdict.UNSCORED)

    scores = (*(score(name) for name in SCORERS), Score(scorer="judge_tone", verdict=verdict))
    return [case.model_copy(update={"scores": scores}) for case in cases(30)]


def test_a_judge_alone_speaks_only_above_its_floor():
    weak, calibrated = JudgeEvidence(refused={"judge_tone": "kappa"}), JudgeEvidence(accepted=("judge_tone",))
    good = evidence(judged_only(Verdict.PASS), current=judged_only(Verdict.PASS))
    assert weigh(QUESTION, replace(good, judge=weak)).refusals == (Refusal(Ground.JUDGE_BELOW_FLOOR, "kappa"),)
    assert grounds(replace(good, judge=calibrated)) == []
    worse = evidence(judged_only(Verdict.FAIL), current=judged_only(Verdict.PASS))
    assert grounds(replace(worse, judge=calibrated)) == [Ground.INFERIOR]
    silent = [case.model_copy(update={"scores": case.scores[:-1]}) for case in judged_only(Verdict.PASS)]
    assert grounds(evidence(silent, current=silent)) == [Ground.NOTHING_SCORED]


def test_a_judge_below_its_floor_cannot_refuse_either():
    worse = [
        case.model_copy(update={"scores": (*case.scores, Score(scorer="judge_tone", verdict=Verdict.FAIL))})
        for case in cases(30)
    ]
    assert grounds(evidence(worse)) == []


def test_an_override_keeps_what_it_overrode():
    kept = overridden(weigh(QUESTION, None), reason="urge")
    assert kept["override"] == "urge"
    assert kept["refusals"] == [{"ground": "missing", "about": ""}]
    assert not kept["allowed"]


def test_what_a_release_does_is_what_counts_not_its_name():
    named = CURRENT.model_copy(update={"release_id": "x", "description": "y"})
    assert content(named, HASHES) == content(CURRENT, HASHES)
    remote = with_model(CURRENT, ModelSettings(model="openai/gpt-4o-mini"))
    warmer = with_model(CURRENT, ModelSettings(model="openai/gpt-4o-mini", temperature=0.5))
    assert len({content(release, HASHES) for release in (CURRENT, remote, warmer, CANDIDATE)}) == 4


numbers = st.sets(st.integers(0, 11), max_size=5)


@settings(max_examples=25)
@given(st.sampled_from(HARD), numbers.filter(bool), numbers, st.sampled_from(SOFT))
def test_no_wins_ever_buy_a_broken_hard_rule(rule: str, failing: set[int], won: set[int], soft: str):
    ruling = weigh(QUESTION, evidence(cases(12, *failing, scorer=rule), current=cases(12, *won, scorer=soft)))
    assert Ground.HARD_RULE in [refusal.ground for refusal in ruling.refusals]


@settings(max_examples=25)
@given(numbers, st.sampled_from(SOFT))
def test_a_release_is_never_inferior_to_itself_and_better_is_never_refused(failing: set[int], scorer: str):
    same = cases(12, *failing, scorer=scorer)
    assert weigh(QUESTION, evidence(same, current=same)).allowed
    assert weigh(QUESTION, evidence(cases(12), current=same)).allowed


@settings(max_examples=25)
@given(numbers, numbers, st.sampled_from(SOFT))
def test_one_more_loss_never_turns_a_refusal_into_a_permission(failing: set[int], before: set[int], scorer: str):
    current = cases(12, *before, scorer=scorer)
    allowed = [
        weigh(QUESTION, evidence(cases(12, *worse, scorer=scorer), current=current)).allowed
        for worse in (failing, failing | {11}, failing | {10, 11})
    ]
    assert allowed == sorted(allowed, reverse=True)


@settings(max_examples=25)
@given(
    st.sampled_from(RunStatus),
    st.sampled_from(["smoke", "golden", "recorded", "safety"]),
    st.sampled_from(["abc", "def", "?"]),
    st.sampled_from(["c1", "c2"]),
    st.booleans(),
    numbers,
)
def test_whatever_is_allowed_fits_today(status, split, digest, catalog, known, failing):
    whole = evidence(
        cases(12, *failing),
        split=split,
        dataset_digest=digest,
        provenance=Provenance(hashes=FILES | {"catalog": catalog}),
    )
    runs = whole.runs if known else (whole.runs[0], replace(whole.runs[1], release=None))
    if not weigh(QUESTION, replace(whole, status=status, runs=runs)).allowed:
        return
    assert known
    assert status is RunStatus.FINISHED
    assert QUESTION.dataset_digests[split] == digest
    assert catalog == QUESTION.files["catalog"]
    assert not failing


def test_own_cases_add_their_refusals_and_never_take_one_away():
    good, bad = weigh(QUESTION, evidence(cases(5))), weigh(QUESTION, evidence(cases(30, 1, 2), current=cases(30)))
    assert with_own_cases(good, good).allowed
    assert [refusal.ground for refusal in with_own_cases(good, None).refusals] == [Ground.OWN_CASES]
    assert with_own_cases(good, bad).refusals == bad.refusals
    assert with_own_cases(bad, good).refusals == bad.refusals
    stale = weigh(replace(QUESTION, splits=("propios",)), evidence(cases(5)))
    assert [refusal.ground for refusal in with_own_cases(good, stale).refusals] == [Ground.OWN_CASES]
