from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest  # type: ignore[import-untyped]

from bot_core.errors import ModelUnavailable
from bot_core.llm.scripted import ScriptedGateway
from tests.fakes.judging import JUDGE, better, said, talk
from workbench.evaluation.judge.judge import Judge
from workbench.evaluation.judge.preference import Preference, Share, Side, as_text, settled, summarise
from workbench.evaluation.judge.rules import RULE_JUDGE

A, B = talk(said("hola", "Respuesta A")), talk(said("hola", "Respuesta B"))


@pytest.mark.parametrize(
    ("forth", "back", "winner", "flipped"),
    [
        ("1", "2", Side.A, False),
        ("2", "1", Side.B, False),
        ("1", "1", Side.TIE, True),  # always the first: says nothing of A and B
        ("2", "2", Side.TIE, True),
        ("ninguna", "ninguna", Side.TIE, False),
        ("1", "ninguna", Side.TIE, True),
    ],
)
async def test_only_an_answer_that_holds_in_both_orders_counts(forth, back, winner, flipped):
    gateway = ScriptedGateway([better(forth), better(back)])
    preference = await Judge(gateway, JUDGE).prefer(A, B)
    assert (preference.winner, preference.flipped) == (winner, flipped)
    assert len(preference.calls) == 2 and len(preference.reasons) == 2
    first, second = (request.messages[1].content for request in gateway.requests)
    assert first.index("Respuesta A") < first.index("Respuesta B")
    assert second.index("Respuesta B") < second.index("Respuesta A")


async def test_a_failed_comparison_has_no_winner():
    gateway = ScriptedGateway([better("1"), ModelUnavailable("down", model="m")])
    preference = await Judge(gateway, JUDGE).prefer(A, B)
    assert preference.winner is None and "ModelUnavailable" in preference.problem
    assert (await Judge(ScriptedGateway(), RULE_JUDGE).prefer(A, B)).winner is None


@given(st.lists(st.tuples(st.sampled_from(Side), st.sampled_from(Side)), max_size=40), st.integers(0, 5))
def test_what_is_counted_adds_up(answers, failed):
    preferences = [settled(forth, back) for forth, back in answers] + [Preference(None, problem="x")] * failed
    found = summarise(preferences)
    assert found.a + found.b + found.ties == len(answers)
    assert found.unscored == failed
    assert found.flips.count == sum(forth is not back for forth, back in answers) <= found.ties
    decided = found.a + found.b
    assert found.p_value == pytest.approx(binomtest(found.b, decided, 0.5).pvalue if decided else 1.0)
    turned = summarise([settled(forth.turned, back.turned) for forth, back in answers])
    assert (turned.a, turned.b, turned.flips) == (found.b, found.a, found.flips)


def test_a_share_has_an_interval():
    assert Share.of(0, 0).share is None
    share = Share.of(3, 30)
    assert (share.share, share.low, share.high) == pytest.approx((0.1, 0.0346, 0.2562), abs=1e-3)


def test_the_end_of_a_long_conversation_is_shown():
    long = talk(*(said("hola", "x" * 900, turn=turn) for turn in range(10)), said("fin", "el final", turn=11))
    text = as_text(long)
    assert text.startswith("…") and text.endswith("el final") and len(text) < 6_100
