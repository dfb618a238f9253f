from __future__ import annotations

from bot_core.errors import ModelTimeout
from bot_core.llm.scripted import ScriptedGateway
from tests.fakes.judging import JUDGE, better, said, talk
from workbench.evaluation.judge.comparing import VariantPreferences, compare_variants
from workbench.evaluation.judge.judge import Judge
from workbench.evaluation.judge.preference import Side
from workbench.records import CaseError, CaseResult


def case(case_id: str, reply: str, **changes) -> CaseResult:
    return talk(said("hola", reply), case_id=case_id).model_copy(update=changes)


async def compared(a: list[CaseResult], b: list[CaseResult], *answers) -> VariantPreferences:
    gateway = ScriptedGateway(answers)
    found = await compare_variants(Judge(gateway, JUDGE), JUDGE, ("base", a), ("corta", b), concurrency=1)
    gateway.assert_consumed()
    return found


async def test_wins_flips_and_failures_are_told_apart():
    a = [case("won", "A"), case("flip", "A"), case("fails", "A")]
    b = [case("won", "B"), case("flip", "B"), case("fails", "B")]
    timeout = ModelTimeout("late", model="m")
    found = await compared(a, b, better("2"), better("1"), better("1"), better("1"), timeout, better("1"))
    assert (found.a, found.b, found.judge.model) == ("base", "corta", "openai/judge-1")
    assert {one.case_id: one.winner for one in found.cases} == {"won": Side.B, "flip": Side.TIE, "fails": None}
    assert (found.summary.b, found.summary.ties, found.summary.unscored) == (1, 1, 1)
    assert (found.summary.flips.count, found.summary.flips.n) == (1, 2)
    assert "ModelTimeout" in found.cases[2].problem


async def test_the_same_words_need_no_judge():
    found = await compared([case("x", "igual")], [case("x", "igual")])
    assert (found.same, found.summary.ties, found.summary.flips.n) == (1, 0, 0)
    assert found.cases[0].winner is Side.TIE


async def test_only_what_both_have_finished_is_compared():
    broken = case("x", "B", error=CaseError(kind="X", message="y"))
    found = await compared([case("x", "A"), case("y", "A")], [broken])
    assert (found.cases, found.left_out) == ((), 2)


async def test_the_judge_is_none_of_the_variants():
    own = talk(said("hola", "B", model="openai/judge-1"), case_id="x")
    found = await compared([case("x", "A")], [own], better("1"), better("2"))
    assert [warning.kind for warning in found.warnings] == ["same_model"]
    assert VariantPreferences.model_validate_json(found.model_dump_json()) == found
