"""Releases side by side on different customers: chance is not taken for a difference, a difference is found."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot_core.leads.lead import Lead, LeadKind
from bot_core.messages import InboundMessage, utc_now
from bot_core.store.activity import ConversationOutcome
from bot_core.store.store import open_store
from tests.fakes.turns import finished_turn
from workbench.cli.commands import app
from workbench.evaluation.statistics.online import OnlineComparison, compare_online
from workbench.evaluation.statistics.verdicts import Decision

NOW = utc_now()


def outcome(number: int, release_id: str, **values: object) -> ConversationOutcome:
    plain = {"is_mixed": False, "turns": 3, "thumbs_up": 0, "thumbs_down": 0, "leads": 0, "fallbacks": 0}
    return ConversationOutcome.model_validate(
        plain | {"conversation_id": f"c{number}", "release_id": release_id, "began_at": NOW} | values
    )


def drawn(rng: random.Random, size: int, *, rate_a: float, rate_b: float) -> OnlineComparison:
    outcomes = []
    for number in range(2 * size):
        release_id, rate = ("a", rate_a) if number % 2 else ("b", rate_b)
        ups = sum(rng.random() < rate for _ in range(2))
        leads = int(rng.random() < rate)
        outcomes.append(outcome(number, release_id, leads=leads, thumbs_up=ups, thumbs_down=2 - ups))
    return compare_online(outcomes, "a", "b")


def test_alike_releases_are_rarely_told_apart():
    rng = random.Random(7)
    found = [drawn(rng, 60, rate_a=0.3, rate_b=0.3) for _ in range(30)]
    wrong = sum(any(row.decision is not Decision.NOT_ENOUGH_EVIDENCE for row in one.differences) for one in found)
    assert wrong <= 4, "5 % of 30, and two standard deviations"
    covered = [row.low <= 0 <= row.high for one in found for row in one.differences if row.metric == "leads"]
    assert sum(covered) >= 26


def test_a_difference_is_found_and_has_a_direction():
    (leads, approval, fallbacks) = drawn(random.Random(7), 300, rate_a=0.2, rate_b=0.4).differences
    assert (leads.metric, leads.decision) == ("leads", Decision.BETTER)
    assert leads.low <= 0.2 <= leads.high
    assert approval.decision is Decision.BETTER
    assert (fallbacks.adjusted_p, fallbacks.decision) == (1.0, Decision.NOT_ENOUGH_EVIDENCE)


def test_more_fallbacks_are_worse():
    outcomes = [outcome(n, "a" if n % 2 else "b", fallbacks=0 if n % 2 else 2) for n in range(60)]
    (row,) = [row for row in compare_online(outcomes, "a", "b").differences if row.metric == "fallbacks"]
    assert row.decision is Decision.WORSE


def test_mixed_and_foreign_conversations_are_left_out():
    outcomes = [outcome(1, "a"), outcome(2, "b"), outcome(3, "a", is_mixed=True), outcome(4, "c", leads=1)]
    found = compare_online(outcomes, "a", "b")
    assert (found.conversations, found.left_out) == ((1, 1), 1)
    assert {row.metric for row in found.differences} == {"leads", "fallbacks"}, "nobody gave an opinion"


def test_without_conversations_there_is_nothing_to_say():
    assert compare_online([], "a", "b").differences == ()


def test_the_command_reads_the_operational_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAVAK_DATABASE_URL", f"sqlite:///{tmp_path / 'kavak.db'}")
    store = open_store(f"sqlite:///{tmp_path / 'kavak.db'}")
    for number in range(8):
        release_id = "offline-base" if number % 2 else "offline-exacto"
        made = store.conversations.create(channel="whatsapp", customer_key=str(number), release_id=release_id)
        turn = finished_turn(made.state, release_id=release_id)
        store.conversations.append_turn(made.conversation_id, [InboundMessage(text="hola")], turn, expected_version=0)
        if number % 2:
            tracking_id = turn.trace.tracking_id
            lead = Lead(kind=LeadKind.PERSON, tracking_id=tracking_id, conversation_id=made.conversation_id)
            store.leads.submit(lead)
    store.close()
    arguments = ["online", "--a", "offline-base", "--b", "offline-exacto"]
    result = CliRunner().invoke(app, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["conversations"] == [4, 4]
    (leads,) = [row for row in found["differences"] if row["metric"] == "leads"]
    assert (leads["a"]["share"], leads["b"]["share"]) == (1.0, 0.0)
    assert "leads" in CliRunner().invoke(app, arguments).stdout
