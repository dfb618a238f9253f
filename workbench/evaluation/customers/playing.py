"""One customer against one bot, message by message; and many of them at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot_core.errors import UserError
from bot_core.messages import InboundMessage
from bot_core.sessions.state import ConversationState
from workbench.evaluation.build import Subject
from workbench.evaluation.customers.customer import Customer, CustomerMaker, Exchange
from workbench.evaluation.customers.faults import fault_in_leaving, faults_in_words
from workbench.evaluation.customers.goals import goal_reached
from workbench.evaluation.customers.records import (
    End,
    FaultKind,
    Habit,
    Leave,
    Move,
    Say,
    SimulatedConversation,
    SimulatorFault,
)
from workbench.evaluation.customers.rule_based import RuleBasedCustomer
from workbench.evaluation.dataset.case import MAX_TURNS
from workbench.evaluation.dataset.personas import Outcome, Persona
from workbench.evaluation.simulation import CLOCK
from workbench.records import CaseError, TurnRecord

_TYPING = timedelta(seconds=2)
OnConversation = Callable[[SimulatedConversation], None]


async def simulate(
    subject: Subject,
    personas: Sequence[Persona],
    *,
    seeds: Sequence[int] = (1,),
    customer: CustomerMaker = RuleBasedCustomer,
    max_turns: int = MAX_TURNS,
    concurrency: int = 8,
    on_conversation: OnConversation | None = None,
) -> tuple[SimulatedConversation, ...]:
    """Every persona once for each seed, `concurrency` at once; the order of the result is that of the arguments.

    The same seeds and a deterministic bot give the same conversations. Raises UserError when there is nothing to play.
    """
    if not personas or not seeds:
        raise UserError("no simulated customer to play", hint="give at least one persona and one seed")
    places = asyncio.Semaphore(concurrency)

    async def play(persona: Persona, seed: int) -> SimulatedConversation:
        async with places:
            played = await converse(persona, seed, customer(persona, seed), subject, max_turns=max_turns)
            if on_conversation:
                on_conversation(played)
            await asyncio.sleep(0)
            return played

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(play(persona, seed)) for persona in personas for seed in seeds]
    return tuple(task.result() for task in tasks)


async def converse(
    persona: Persona,
    seed: int,
    customer: Customer,
    subject: Subject,
    *,
    max_turns: int = MAX_TURNS,
    door: AbstractAsyncContextManager[object] | None = None,
) -> SimulatedConversation:
    """Never raises for what customer, bot or model do: a conversation always has an end.

    `door` is entered for each turn of the bot, and left for the customer's.
    """
    started = time.perf_counter()
    talk = _Talk(persona, seed, subject, door or nullcontext())
    end = End.MAX_TURNS
    for _ in range(max_turns):
        move = await talk.moved(customer)
        ended = talk.ended_by(move) if move else End.SIMULATOR_FAULT
        if not ended and isinstance(move, Say):
            ended = await talk.answered(move)
        if ended:
            end = ended
            break
    subject.notebook.forget(talk.conversation_id)
    return SimulatedConversation(
        persona_id=persona.id,
        seed=seed,
        end=end,
        goal_reached=talk.reached,
        turns=tuple(talk.turns),
        habits=tuple(talk.habits),
        faults=tuple(talk.faults),
        dropped_duplicates=talk.dropped,
        error=talk.error,
        simulator_usd=talk.usd,
        seconds=time.perf_counter() - started,
    )


@dataclass
class _Talk:
    """A conversation under way: the front door, the bot's state and who is to blame for what."""

    persona: Persona
    seed: int
    subject: Subject
    door: AbstractAsyncContextManager[object]
    turns: list[TurnRecord] = field(default_factory=list)
    habits: list[Habit] = field(default_factory=list)
    faults: list[SimulatorFault] = field(default_factory=list)
    dropped: int = 0
    error: CaseError | None = None
    usd: float = 0.0
    clock: datetime = CLOCK
    _seen: set[str] = field(default_factory=set)

    @property
    def conversation_id(self) -> str:
        return f"{self.persona.id}.{self.seed}"

    @property
    def reached(self) -> bool:
        return goal_reached(self.persona, self.turns, self.subject.context.cars)

    async def moved(self, customer: Customer) -> Move | None:
        """None, and a fault, when the simulator itself breaks."""
        exchanges = [Exchange(tuple(m.text for m in turn.messages), turn.reply) for turn in self.turns]
        try:
            move = await customer.next_move(exchanges)
        except Exception as fault:  # noqa: BLE001 - whatever breaks in a simulator is its own fault, not the bot's
            detail = f"{type(fault).__name__}: {fault}"
            self.faults.append(SimulatorFault(kind=FaultKind.BROKE, turn=len(self.turns) + 1, detail=detail))
            return None
        self.usd += move.usd
        return move

    def ended_by(self, move: Move) -> End | None:
        """The end that the customer's own move makes, a fault included."""
        if isinstance(move, Say):
            self.faults.extend(faults_in_words(self.persona, move, self.turns))
            return End.SIMULATOR_FAULT if self.faults else None
        return self._left(move)

    def _left(self, leave: Leave) -> End:
        fault = fault_in_leaving(self.persona, leave, self.turns, reached=self.reached)
        if fault:
            self.faults.append(fault)
            return End.SIMULATOR_FAULT
        return End.GOAL_REACHED if self.reached else End.GAVE_UP

    async def answered(self, say: Say) -> End | None:
        """Let the bot answer; the end, if that was one."""
        messages = self._delivered(say)
        if not messages:
            return None
        number = len(self.turns) + 1
        state = self.turns[-1].state if self.turns else ConversationState(conversation_id=self.conversation_id)
        before = len(self.subject.notebook.of(self.conversation_id))
        try:
            async with self.door:
                result = await self.subject.bot.handle(messages, state, tracking_id=f"{self.conversation_id}.{number}")
        except Exception as fault:  # noqa: BLE001 - one broken conversation must not lose the others; it is reported
            self.error = CaseError(kind=type(fault).__name__, message=str(fault))
            return End.ERROR
        leads = self.subject.notebook.of(self.conversation_id)[before:]
        self.turns.append(
            TurnRecord(messages=messages, reply=result.reply, trace=result.trace, state=result.state, leads=leads)
        )
        if self.reached:
            return End.GOAL_REACHED
        escalated = result.state.handed_off and self.persona.goal.outcome is not Outcome.HANDED_OFF
        return End.ESCALATED if escalated else None

    def _delivered(self, say: Say) -> tuple[InboundMessage, ...]:
        """What the front door lets through: a message id that was seen before is no new message."""
        self.habits.extend(say.habits)
        self.clock += say.after
        fresh: list[InboundMessage] = []
        for message in say.messages:
            if message.message_id in self._seen:
                self.dropped += 1
                continue
            self._seen.add(message.message_id)
            self.clock += _TYPING
            fresh.append(message.model_copy(update={"sent_at": self.clock}))
        return tuple(fresh)
