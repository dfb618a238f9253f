from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bot_core.messages import MessageKind
from bot_core.trace import Attempt, GuardrailOutcome, ModelCall, Usage
from tests.fakes.found import Make, P
from tests.fakes.played import VISIT
from tests.fakes.results import experiment, result, run
from workbench.records import SimulatedEnd
from workbench.storage.database import in_memory
from workbench.storage.run_files import write_run

PROMPT = [{"role": "system", "content": "Eres el asistente"}, {"role": "user", "content": "hola"}]


@pytest.fixture
def database(tmp_path):
    """Two conversations with everything that a result can hold, and one that broke off."""
    make = Make()
    understood = make.understood("sales", "greeting", expected=["greeting"])
    call = ModelCall(
        agent="sales",
        purpose="reply",
        prompt_id="sales/v001",
        prompt_hash="abc",
        model="openai/x",
        messages=PROMPT,
        usage=Usage(input_tokens=100, output_tokens=7),
        cost_usd=Decimal("0.25"),
        attempts=[Attempt(model="openai/x", error="RateLimited"), Attempt(model="openai/x")],
        fallback=True,
    )
    trace = understood.trace.model_copy(
        update={
            "calls": [call, call],
            "facts": [make.searched("1001", "1002").model_dump(mode="json"), {"kind": "greeting"}],
            "guardrails": [
                GuardrailOutcome(agent="sales", draft="x", action="accepted"),
                GuardrailOutcome(agent="sales", draft="x", action="replaced"),
            ],
            "total_seconds": 1.5,
            "model_seconds": 1.0,
        }
    )
    full = understood.model_copy(update={"trace": trace, "leads": (VISIT,)})
    judge = call.model_copy(update={"agent": "judge", "prompt_id": "judge/v001", "cost_usd": Decimal("0.5")})
    results = [
        make.played("case-1", full, make.turn("adiós"), intent=P, plan=("turn 1: x", "turn 2: y")).model_copy(
            update={
                "evaluation_calls": (judge,),
                "simulated": SimulatedEnd(end="goal_reached", goal_reached=True),
            }
        ),
        make.played("case-2", error="slow", trial=2),
    ]
    write_run(tmp_path / "e1-1.parquet", run(), results)
    database = in_memory()
    database.save_run("e1-1", tmp_path / "e1-1.parquet")
    yield database
    database.close()


def rows(database: Any, sql: str) -> Any:
    return database.query(sql).as_dicts()


def test_results_with_what_they_cost(database):
    first, second = rows(database, "SELECT * FROM results ORDER BY position")
    assert (first["verdict"], first["turns"], first["model_calls"]) == ("fail", 2, 2)
    assert (first["usd"], first["evaluation_usd"]) == (0.5, 0.5)
    assert (first["input_tokens"], first["output_tokens"], first["tags"]) == (200, 14, ["typo"])
    assert first["simulated_end"] == "goal_reached" and first["error"] is None
    assert (second["verdict"], second["error_kind"], second["error"]) == ("error", "ModelTimeout", "slow")
    assert (second["trial"], second["usd"], second["position"]) == (2, 0, 1)


def test_turns_with_what_was_said_and_shown(database):
    first, second, _ = rows(database, "SELECT * FROM turns ORDER BY case_id, turn")
    assert (first["customer"], first["bot"], first["turn"]) == ("hola", "ok", 1)
    assert first["expected_intents"] == ["greeting"] and first["understood_intents"] == ["greeting", "sales"]
    assert first["guardrails"] == ["replaced"] and first["leads"] == ["KV-7F3A9C"]
    assert len(first["cars_shown"]) == 2 and all(isinstance(label, str) for label in first["cars_shown"])
    assert (first["seconds"], first["model_seconds"]) == (1.5, 1.0)
    assert second["expected_intents"] is None and second["cars_shown"] == [] == second["understood_intents"]


def test_model_calls_of_the_bot_and_of_the_evaluation(database):
    bots = rows(database, "SELECT * FROM model_calls WHERE paid_for = 'bot'")
    [judge] = rows(database, "SELECT * FROM model_calls WHERE paid_for = 'evaluation'")
    assert len(bots) == 2 and all(call["attempts"] == 2 and call["fallback"] and call["turn"] == 1 for call in bots)
    assert (judge["agent"], judge["turn"], judge["usd"]) == ("judge", None, 0.5)
    assert rows(database, "SELECT model, calls, retries FROM models") == [
        {"model": "openai/x", "calls": 3, "retries": 3}
    ]


def test_the_embedded_baseline_is_no_call_of_a_model(tmp_path):
    write_run(tmp_path / "x.parquet", run(), [result("c-1")])
    database = in_memory()
    database.save_experiment(experiment(run()))
    database.save_run("e1-1", tmp_path / "x.parquet")
    assert rows(database, "SELECT model, fallback FROM model_calls") == [{"model": "offline", "fallback": False}]
    assert rows(database, "SELECT model_calls FROM results") == [{"model_calls": 0}]
    assert rows(database, "SELECT llamadas FROM costos") == [{"llamadas": 0.0}]
    database.close()


def test_prompts_are_kept_once(database):
    found = rows(database, "SELECT prompt_id, system_text FROM prompts ORDER BY prompt_id")
    assert found == [
        {"prompt_id": "judge/v001", "system_text": "Eres el asistente"},
        {"prompt_id": "sales/v001", "system_text": "Eres el asistente"},
    ]


def test_scores(database):
    assert rows(database, "SELECT scorer, verdict, reasons FROM scores ORDER BY scorer") == [
        {"scorer": "intent", "verdict": "pass", "reasons": []},
        {"scorer": "plan", "verdict": "fail", "reasons": ["turn 1: x", "turn 2: y"]},
    ]


def test_media_and_buttons_are_told_apart(tmp_path):
    make = Make()
    hello = make.turn("ok")
    message = hello.messages[0]
    burst = (message, message.model_copy(update={"kind": MessageKind.IMAGE, "text": "mira"}))
    write_run(
        tmp_path / "x.parquet", run(), [make.played("c-1", hello.model_copy(update={"messages": burst}), intent=P)]
    )
    database = in_memory()
    database.save_run("e1-1", tmp_path / "x.parquet")
    assert rows(database, "SELECT customer FROM turns") == [{"customer": "hola\n[image] mira"}]
    database.close()
