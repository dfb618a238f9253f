from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot_core.errors import ModelTimeout, UserError
from bot_core.messages import InboundMessage, MessageKind
from workbench.evaluation.build import Subject
from workbench.evaluation.customers.customer import Customer, ScriptedCustomer
from workbench.evaluation.customers.playing import converse, simulate
from workbench.evaluation.customers.records import End, FaultKind, Leave, Say, SimulatedConversation, SimulatorFault
from workbench.evaluation.dataset.personas import Persona


def played(persona: Persona, customer: Customer, subject: Subject, **options: Any) -> SimulatedConversation:
    return asyncio.run(converse(persona, 1, customer, subject, **options))


def test_a_scripted_customer_reaches_the_goal(persona_of, say, subject):
    script = ScriptedCustomer([say("hola"), say("busco un auto de menos de 250 mil")])
    result = played(persona_of(), script, subject)
    assert (result.end, result.goal_reached, len(result.turns)) == (End.GOAL_REACHED, True, 2)
    assert result.turns[1].state.ever_shown


def test_a_script_that_is_over_gives_up(persona_of, say, subject):
    result = played(persona_of(patience=2), ScriptedCustomer([say("hola"), say("gracias")], satisfied=False), subject)
    assert (result.end, result.goal_reached) == (End.GAVE_UP, False)


def test_max_turns(persona_of, say, subject):
    script = ScriptedCustomer([say("hola"), say("buenas"), say("qué tal")])
    assert played(persona_of(), script, subject, max_turns=2).end is End.MAX_TURNS


def test_being_handed_to_a_person_is_an_end_of_its_own(persona_of, say, subject):
    result = played(persona_of(), ScriptedCustomer([say("quiero hablar con una persona")]), subject)
    assert result.end is End.ESCALATED and not result.goal_reached
    wanted = persona_of(goal={"text": "Hablar con una persona de la empresa.", "outcome": "handed_off"})
    assert played(wanted, ScriptedCustomer([say("quiero hablar con una persona")]), subject).end is End.GOAL_REACHED


def test_the_front_door_drops_what_it_has_seen(persona_of, subject):
    message = InboundMessage(text="hola", message_id="same")
    again = Say(messages=(message, InboundMessage(text="buenas", message_id="other")))
    result = played(
        persona_of(patience=2),
        ScriptedCustomer([Say(messages=(message, message)), again], satisfied=False),
        subject,
    )
    assert result.dropped_duplicates == 2
    assert [[one.text for one in turn.messages] for turn in result.turns] == [["hola"], ["buenas"]]


def test_time_passes_between_messages(persona_of, say, subject):
    later = say("busco un auto", after="PT30H")
    result = played(persona_of(), ScriptedCustomer([say("hola"), later]), subject)
    first, second = (turn.messages[0].sent_at for turn in result.turns)
    assert 30 * 3600 < (second - first).total_seconds() < 30 * 3600 + 60


def test_the_conversation_goes_on_after_media(persona_of, say, subject):
    script = ScriptedCustomer([say("", kind=MessageKind.AUDIO), say("busco un auto de menos de 250 mil")])
    result = played(persona_of(), script, subject)
    assert result.end is End.GOAL_REACHED and not result.faults


def test_a_bot_that_breaks_is_an_error_and_no_fault(persona_of, say, subject, monkeypatch):
    async def breaks(*_args, **_more):
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(subject.bot, "handle", breaks)
    result = played(persona_of(), ScriptedCustomer([say("hola")]), subject)
    assert (result.end, result.faults) == (End.ERROR, ())
    assert result.error is not None and result.error.kind == "ZeroDivisionError"


# --- faulty simulators: whatever they do, the bot is not blamed -------------------------------------------------------


def fault_of(persona: Persona, customer: Customer, subject: Subject) -> SimulatorFault:
    result = played(persona, customer, subject)
    assert result.end is End.SIMULATOR_FAULT
    return result.faults[0]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("como modelo de lenguaje no puedo comprar autos", FaultKind.LEFT_ROLE),
        ("Soy un simulador de clientes", FaultKind.LEFT_ROLE),
        ("¡Claro! ¿En qué te puedo ayudar?", FaultKind.LEFT_ROLE),
        ("busco un auto de 410 mil pesos", FaultKind.INVENTED_FACT),
        ("tengo 75,000 de enganche", FaultKind.INVENTED_FACT),
        ("a 54 meses por favor", FaultKind.INVENTED_FACT),
        ("hello, I'm looking for the car with please", FaultKind.WRONG_LANGUAGE),
        ("   ", FaultKind.SILENT),
    ],
)
def test_words_that_no_such_customer_says(persona_of, say, subject, text, kind):
    fault = fault_of(persona_of(), ScriptedCustomer([say("hola"), say(text)]), subject)
    assert (fault.kind, fault.turn) == (kind, 2)


def test_leaving_after_one_turn(persona_of, say, subject):
    fault = fault_of(persona_of(), ScriptedCustomer([say("hola")], satisfied=False), subject)
    assert fault.kind is FaultKind.ENDED_EARLY


def test_claiming_a_goal_that_is_not_reached(persona_of, say, subject):
    fault = fault_of(persona_of(), ScriptedCustomer([say("hola")]), subject)
    assert fault.kind is FaultKind.CLAIMED_GOAL


def test_going_in_circles(persona_of, say, subject, monkeypatch):
    handle, count = subject.bot.handle, iter(range(99))

    async def varied(*args, **more):
        result = await handle(*args, **more)
        reply = result.reply.model_copy(update={"text": f"{result.reply.text} {next(count)}"})
        return type(result)(reply, result.state, result.trace)

    monkeypatch.setattr(subject.bot, "handle", varied)
    fault = fault_of(
        persona_of(), ScriptedCustomer([say("buenas tardes")] + [say("buenas tardes") for _ in range(3)]), subject
    )
    assert (fault.kind, fault.turn) == (FaultKind.REPEATED, 3)


def test_a_simulator_whose_model_fails(persona_of, subject):
    class Broken:
        async def next_move(self, exchanges: object) -> Any:
            raise ModelTimeout("slow", model="openai/test")

    fault = fault_of(persona_of(), Broken(), subject)
    assert (fault.kind, "ModelTimeout" in fault.detail) == (FaultKind.BROKE, True)


def test_what_the_bot_said_may_be_repeated(persona_of, say, subject):
    """36 months and prices come from the bot: the customer may take them up."""
    script = [
        say("busco un auto de menos de 250 mil"),
        say("¿cuánto pagaría al mes por el primero?"),
        say("a 36 meses"),
    ]
    wanted = persona_of(goal={"text": "Ver un plan de pagos del auto.", "outcome": "plan_shown"})
    assert not played(wanted, ScriptedCustomer(script), subject).faults


def test_many_at_once_come_back_in_order(persona_of, subject):
    class Leaving:
        async def next_move(self, exchanges: object) -> Any:
            return Leave(satisfied=False)

    people = [persona_of(id=f"p{number}") for number in range(3)]
    seen: list[SimulatedConversation] = []
    result = asyncio.run(
        simulate(subject, people, seeds=(2, 1), customer=lambda persona, seed: Leaving(), on_conversation=seen.append)
    )
    assert [(one.persona_id, one.seed) for one in result] == [(f"p{n}", seed) for n in range(3) for seed in (2, 1)]
    assert len(seen) == 6


def test_nothing_to_play(subject):
    with pytest.raises(UserError, match="no simulated customer"):
        asyncio.run(simulate(subject, []))
