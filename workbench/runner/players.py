"""Customers that write by themselves in the simulator: a case played again, or a simulated customer with a goal.

They only decide what is written; the replies are the reply desk's, as for a person who types.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot_core.facts.facts import SalesFacts
from bot_core.messages import InboundMessage, new_id, utc_now
from bot_core.sessions.state import ConversationState
from bot_core.store.records import ConversationLog, SpokenTurn
from workbench.evaluation.customers.customer import Customer, Exchange, ScriptedCustomer
from workbench.evaluation.customers.goals import goal_reached
from workbench.evaluation.customers.records import End, Leave, Say
from workbench.evaluation.customers.rule_based import RuleBasedCustomer
from workbench.evaluation.dataset.case import Case, CustomerMessage
from workbench.evaluation.dataset.personas import Persona
from workbench.evaluation.reference.cars import read_reference
from workbench.records import LeadRecord, TurnRecord
from workbench.runner.bots import BotChoice
from workbench.runner.network import Network
from workbench.runner.portal import Portal
from workbench.runner.replies import ReplyDesk

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 0.1
_READING_SECONDS = 1.2
"""Between a reply and the next message: so long a person can follow."""


@dataclass(frozen=True, slots=True)
class PlayState:
    """What a player of one conversation is doing."""

    name: str
    """Id of the case or of the simulated customer."""
    done: int
    """Turns written."""
    total: int | None
    """Of a case; a simulated customer decides as it goes."""
    playing: bool
    end: End | None = None
    """How it ended; MAX_TURNS when a case was played to its end."""
    problem: BaseException | None = None


@dataclass(slots=True)
class _Player:
    name: str
    customer: Customer
    total: int | None
    choice: BotChoice
    network: Network
    reached: Callable[[str], bool]
    done: int = 0
    playing: bool = False
    running: bool = False
    end: End | None = None
    problem: BaseException | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class PlayerDesk:
    """One player for each conversation at most. Safe for many threads; a player ends with the process."""

    def __init__(self, portal: Portal, replies: ReplyDesk, state_of: Callable[[str], ConversationState | None]) -> None:
        self._portal = portal
        self._replies = replies
        self._state_of = state_of
        self._players: dict[str, _Player] = {}

    def load_case(
        self,
        conversation_id: str,
        case: Case,
        choice: BotChoice,
        network: Network = Network(),  # noqa: B008
    ) -> None:
        """Put the customer of `case` at the phone; it writes nothing yet."""
        script = [Say(messages=_messages(turn.say)) for turn in case.turns]
        self._players[conversation_id] = _Player(
            case.id, ScriptedCustomer(script), len(script), choice, network, lambda _: False
        )

    def load_persona(
        self,
        conversation_id: str,
        persona: Persona,
        choice: BotChoice,
        catalog: Path,
        *,
        seed: int = 1,
        network: Network = Network(),  # noqa: B008 - immutable
    ) -> None:
        """The same for a simulated customer; `catalog` is what says whether their goal is reached."""
        cars = read_reference(catalog)
        self._players[conversation_id] = _Player(
            persona.id,
            RuleBasedCustomer(persona, seed),
            None,
            choice,
            network,
            lambda conversation: goal_reached(persona, self._played(conversation), cars),
        )

    def state(self, conversation_id: str) -> PlayState | None:
        player = self._players.get(conversation_id)
        if player is None:
            return None
        return PlayState(player.name, player.done, player.total, player.playing, player.end, player.problem)

    def play(self, conversation_id: str) -> None:
        """Write message after message until paused or done."""
        self._advance(conversation_id, playing=True)

    def step(self, conversation_id: str) -> None:
        """One turn, then wait."""
        self._advance(conversation_id, playing=False)

    def pause(self, conversation_id: str) -> None:
        """What is under way is answered; nothing more is written."""
        if player := self._players.get(conversation_id):
            player.playing = False

    def leave(self, conversation_id: str) -> None:
        """The person takes the phone over."""
        if player := self._players.pop(conversation_id, None):
            player.playing = False

    def is_busy(self, conversation_id: str) -> bool:
        player = self._players.get(conversation_id)
        return player is not None and player.running

    def _advance(self, conversation_id: str, *, playing: bool) -> None:
        player = self._players.get(conversation_id)
        if player is None or player.end:
            return
        with player.lock:
            player.playing = playing
            if player.running:
                return
            player.running = True
        self._portal.submit(self._run(conversation_id, player))

    async def _run(self, conversation_id: str, player: _Player) -> None:
        try:
            while True:
                await self._answered(conversation_id)
                await self._turn(conversation_id, player)
                if player.end or not player.playing:
                    break
                await asyncio.sleep(_READING_SECONDS)
                if not player.playing:
                    break
        except Exception as error:  # noqa: BLE001 - shown beside the phone
            _log.warning("player %s: %s", player.name, error, exc_info=True)
            player.problem, player.end = error, End.SIMULATOR_FAULT
        finally:
            with player.lock:
                player.running = False
                player.playing = player.playing and not player.end

    async def _turn(self, conversation_id: str, player: _Player) -> None:
        turns = await asyncio.to_thread(self._replies.spoken, conversation_id)
        move = await player.customer.next_move([_exchange(turn) for turn in turns])
        if isinstance(move, Leave):
            player.end = End.GAVE_UP if player.total is None else End.MAX_TURNS
            return
        player.done += 1
        messages = tuple(message.model_copy(update={"sent_at": utc_now()}) for message in move.messages)
        await asyncio.to_thread(self._replies.send, conversation_id, messages, player.choice, network=player.network)
        await self._answered(conversation_id)
        if player.total is not None and player.done >= player.total:
            player.end = End.MAX_TURNS
        elif await asyncio.to_thread(player.reached, conversation_id):
            player.end = End.GOAL_REACHED

    async def _answered(self, conversation_id: str) -> None:
        while self._replies.waiting(conversation_id).busy:  # noqa: ASYNC110 - told by another thread
            await asyncio.sleep(_LOOK_SECONDS)
        if problem := self._replies.waiting(conversation_id).problem:
            raise problem

    def _played(self, conversation_id: str) -> Sequence[TurnRecord]:
        """The conversation as the goals read it; only its end has a state."""
        state = self._state_of(conversation_id)
        if state is None:
            return ()
        return [
            TurnRecord(messages=turn.messages, reply=turn.reply, trace=turn.trace, state=state, leads=_leads(turn))
            for turn in self._replies.turns(conversation_id)
        ]


def _leads(turn: ConversationLog) -> tuple[LeadRecord, ...]:
    sales = [SalesFacts.model_validate(fact) for fact in turn.trace.facts if fact.get("kind") == "sales"]
    return tuple(LeadRecord(reference=fact.reference, lead=fact.lead) for fact in sales if fact.reference and fact.lead)


def _exchange(turn: SpokenTurn) -> Exchange:
    return Exchange(tuple(message.text for message in turn.messages), turn.reply)


def _messages(say: Sequence[CustomerMessage]) -> tuple[InboundMessage, ...]:
    return tuple(
        InboundMessage(
            text=message.text,
            kind=message.kind,
            message_id=new_id(),
            profile_name=message.profile_name,
            button_payload=message.button_payload,
        )
        for message in say
    )
