from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from bot_core.messages import BotReply, MessageKind, QuickReply
from workbench.evaluation.customers.customer import Exchange
from workbench.evaluation.customers.playing import simulate
from workbench.evaluation.customers.records import End, Habit, Leave, Say
from workbench.evaluation.customers.rule_based import RuleBasedCustomer
from workbench.evaluation.customers.summary import summarise


def replied(text: str, *buttons: tuple[str, str], sent: str = "hola") -> Exchange:
    quick = tuple(QuickReply(title=title, payload=payload) for title, payload in buttons)
    return Exchange((sent,), BotReply(text=text, quick_replies=quick))


def answer(persona, *exchanges: Exchange, seed: int = 1) -> Say:
    move = asyncio.run(RuleBasedCustomer(persona, seed).next_move(exchanges))
    assert isinstance(move, Say)
    return move


def words(move: Say) -> str:
    return " ".join(message.text for message in move.messages)


def test_every_persona_plays_its_part_without_a_fault(subject, personas):
    conversations = asyncio.run(simulate(subject, personas, seeds=(1, 2, 3)))
    assert [conversation.faults for conversation in conversations if conversation.faults] == []
    reached = Counter(conversation.persona_id for conversation in conversations if conversation.goal_reached)
    assert len(reached) >= len(personas) - 2
    assert {conversation.end for conversation in conversations} <= {End.GOAL_REACHED, End.GAVE_UP, End.ESCALATED}


def test_at_least_twelve_habits_are_really_used(subject, personas):
    habits = summarise(asyncio.run(simulate(subject, personas, seeds=range(1, 9)))).habits
    assert len([habit for habit, count in habits.items() if count]) >= 12
    assert {Habit.BURST, Habit.BUTTON, Habit.DUPLICATE, Habit.WINDOW, Habit.LOCATION, Habit.AUDIO} <= habits.keys()


def test_the_same_seed_gives_the_same_conversation(subject, personas):
    def texts() -> list[Any]:
        subject.notebook._leads.clear()
        played = asyncio.run(simulate(subject, personas[:4], seeds=(7,)))
        return [[message.model_dump() for turn in one.turns for message in turn.messages] for one in played]

    assert texts() == texts()


def test_another_seed_writes_in_another_way(persona_of):
    persona = persona_of(knows={"price_max": 250_000, "make": "Nissan", "model": "Versa"})
    said = {words(answer(persona, replied("¿Qué auto buscas?"), seed=seed)) for seed in range(12)}
    assert len(said) >= 4


def test_the_opening_is_word_for_word(personas):
    for persona in personas:
        opening = asyncio.run(RuleBasedCustomer(persona, 1).next_move([]))
        assert isinstance(opening, Say)
        assert [message.text for message in opening.messages][: len(persona.opening)] == list(persona.opening)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("¿A nombre de quién registro la solicitud?", "Ana"),
        ("¿Qué día y a qué hora te gustaría?", "el sábado"),
        ("¿Qué sede te queda mejor?", "Midtown"),
        ("¿De qué ciudad te paso las direcciones?", "Guadalajara"),
        ("¿Cuánto darías de enganche?", "50"),
        ("¿Qué presupuesto tienes en mente?", "250"),
        ("¿Cuál te interesa? Dime el número.", "1"),
    ],
)
def test_it_answers_what_it_is_asked(persona_of, question, told):
    knows = {
        "name": "Ana", "day": "el sábado", "branch": "Midtown", "city": "Guadalajara",
        "down_payment": 50_000, "price_max": 250_000,
    }  # fmt: skip
    said = words(answer(persona_of(knows=knows, style={"accents": True}), replied(question)))
    assert told in said or (told == "1" and "primero" in said)


def test_what_it_does_not_know_it_does_not_say(persona_of):
    said = words(answer(persona_of(), replied("¿Cuánto darías de enganche?")))
    assert "no se" in said and not any(char.isdigit() for char in said)


def test_it_taps_a_button_that_says_what_it_wants(persona_of):
    visit = persona_of(
        goal={"text": "Agendar una visita para ver un auto.", "outcome": "appointment_recorded"},
        knows={"name": "Ana", "day": "mañana", "branch": "Midtown"},
        whatsapp={"taps_buttons": True},
    )
    shown = "1. *Nissan Versa 2020* — $200,000 · 50,000 km\n\n¿Te doy el detalle?"
    move = answer(visit, replied(shown, ("Ver mensualidades", "financing"), ("Agendar una cita", "appointment")))
    [message] = move.messages
    assert (message.kind, message.button_payload) == (MessageKind.BUTTON, "appointment")
    assert Habit.BUTTON in move.habits
    day = answer(visit, replied("¿Qué día y a qué hora te gustaría?", ("Hoy", "day:today"), ("Mañana", "day:tomorrow")))
    assert day.messages[0].button_payload == "day:tomorrow"


def test_patience_ends(persona_of):
    persona = persona_of(patience=3)
    exchanges = [replied(f"No tengo ese dato ({number}).") for number in range(3)]
    assert asyncio.run(RuleBasedCustomer(persona, 1).next_move(exchanges)) == Leave(satisfied=False)


def test_three_times_the_same_reply_is_enough(persona_of):
    exchanges = [replied("No te entendí.")] * 3
    assert asyncio.run(RuleBasedCustomer(persona_of(patience=9), 1).next_move(exchanges)) == Leave(satisfied=False)


def test_english_stays_english(persona_of):
    persona = persona_of(
        style={"language": "en"}, opening=["hi"], knows={"price_max": 250_000, "body_type": "suv", "name": "Ann"}
    )
    said = words(answer(persona, replied("What car are you looking for?"), seed=3))
    assert "SUV" in said and "250" in said and "busco" not in said
