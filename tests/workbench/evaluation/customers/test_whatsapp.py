from __future__ import annotations

import random
from datetime import timedelta

from bot_core.messages import MessageKind
from workbench.evaluation.customers.records import Habit
from workbench.evaluation.customers.whatsapp import Phone, habits_of


def phone(persona, seed: int = 1) -> Phone:
    return Phone(persona, "c.1", random.Random(seed), nudges=["??"])


def test_every_medium_is_sent_once(persona_of):
    kinds = ["image", "audio", "video", "document", "location", "contact", "sticker"]
    own = phone(persona_of(whatsapp={"media": kinds}))
    sent = [own.type(["hola"], turn) for turn in range(2, 60)]
    media = [message.kind for say in sent for message in say.messages if message.kind is not MessageKind.TEXT]
    assert [kind.value for kind in media] == kinds
    assert {habit.value for say in sent for habit in say.habits} >= set(kinds)


def test_no_medium_before_the_first_words(persona_of):
    persona = persona_of(whatsapp={"media": ["audio"]})
    assert all(len(phone(persona, seed).type(["hola"], 1).messages) == 1 for seed in range(20))


def test_a_long_message_becomes_a_burst_at_its_pauses(persona_of):
    persona = persona_of(whatsapp={"burst": 3})
    bursts = [phone(persona, seed).type(["hola, busco un versa, barato"], 2).messages for seed in range(20)]
    assert {len(messages) for messages in bursts} == {1, 3}
    assert ["hola,", "busco un versa,", "barato"] in [[message.text for message in messages] for messages in bursts]


def test_amounts_are_not_torn_apart(persona_of):
    persona = persona_of(whatsapp={"burst": 5})
    for seed in range(20):
        texts = [
            message.text for message in phone(persona, seed).type(["menos de 230,000 pesos, por favor"], 2).messages
        ]
        assert any("230,000 pesos" in text for text in texts)


def test_a_duplicate_has_the_same_id(persona_of):
    persona = persona_of(whatsapp={"duplicates": True})
    says = [phone(persona, seed).type(["hola"], 2) for seed in range(20)]
    twice = [say for say in says if Habit.DUPLICATE in say.habits]
    assert 0 < len(twice) < 20
    assert all(len(say.messages) == 2 and len({message.message_id for message in say.messages}) == 1 for say in twice)


def test_pauses_and_the_closed_window(persona_of):
    slow = persona_of(whatsapp={"delay_seconds": [90_000, 100_000]})
    assert Habit.WINDOW in phone(slow).type(["hola"], 2).habits
    assert Habit.WINDOW not in phone(slow).type(["hola"], 1).habits
    assert list(habits_of((), timedelta(hours=2), 2)) == [Habit.PAUSE]


def test_a_correction_names_the_misspelt_word(persona_of):
    persona = persona_of(style={"typos": "many"})
    says = [phone(persona, seed).type(["busco una camionta"], 2, meant="busco una camioneta") for seed in range(20)]
    corrected = [say for say in says if Habit.CORRECTION in say.habits]
    assert corrected and all(say.messages[-1].text == "*camioneta" for say in corrected)


def test_the_impatient_ask_again(persona_of):
    persona = persona_of(whatsapp={"delay_seconds": [1, 10]})
    says = [phone(persona, seed).type(["hola"], 2) for seed in range(40)]
    assert any(Habit.NUDGE in say.habits and say.messages[-1].text == "??" for say in says)
