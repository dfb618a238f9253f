"""What a simulated conversation leaves behind."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from bot_core.messages import Frozen, InboundMessage
from workbench.records import CaseError, TurnRecord


class End(StrEnum):
    """How a conversation ended."""

    GOAL_REACHED = "goal_reached"
    GAVE_UP = "gave_up"
    """The customer's patience ended."""
    ESCALATED = "escalated"
    """Handed to a person, which was not what the customer wanted."""
    MAX_TURNS = "max_turns"
    SIMULATOR_FAULT = "simulator_fault"
    """The simulated customer did what no such customer would: says nothing about the bot."""
    ERROR = "error"
    """Bot or model broke off: says nothing about the bot's answers either."""


class Habit(StrEnum):
    """What a customer did on WhatsApp beside typing one message and waiting for the reply."""

    BURST = "burst"
    BUTTON = "button"
    TYPED_BUTTON = "typed_button"
    """A button's title, typed instead of tapped."""
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"
    LOCATION = "location"
    CONTACT = "contact"
    STICKER = "sticker"
    DUPLICATE = "duplicate"
    """The same message arrived twice."""
    CORRECTION = "correction"
    """ "*Versa", after a misspelt word."""
    NUDGE = "nudge"
    """ "??", without waiting for the reply."""
    PAUSE = "pause"
    """An hour or more before the answer."""
    WINDOW = "window"
    """More than 24 hours: WhatsApp's service window had closed, and this message opens it again."""
    PROFILE_NAME = "profile_name"


class FaultKind(StrEnum):
    LEFT_ROLE = "left_role"
    INVENTED_FACT = "invented_fact"
    ENDED_EARLY = "ended_early"
    CLAIMED_GOAL = "claimed_goal"
    """Left satisfied although the goal is not reached."""
    SILENT = "silent"
    REPEATED = "repeated"
    """The same words three times: stuck."""
    WRONG_LANGUAGE = "wrong_language"
    BROKE = "broke"
    """The simulator itself failed, its model for instance."""


class SimulatorFault(Frozen):
    kind: FaultKind
    turn: int
    """From 1."""
    detail: str


class Say(Frozen):
    """The customer's next messages, all before the next reply; `after` is how long after the last one they come."""

    messages: tuple[InboundMessage, ...]
    after: timedelta = timedelta(seconds=20)
    habits: tuple[Habit, ...] = ()
    usd: float = 0.0
    """What a model that plays the customer was paid for it."""


class Leave(Frozen):
    """The customer writes no more."""

    satisfied: bool
    usd: float = 0.0


Move = Say | Leave


class SimulatedConversation(Frozen):
    """One customer against one bot. `goal_reached` is judged on the end state, never on what the customer says."""

    persona_id: str
    seed: int
    end: End
    goal_reached: bool
    turns: tuple[TurnRecord, ...] = ()
    habits: tuple[Habit, ...] = ()
    faults: tuple[SimulatorFault, ...] = ()
    dropped_duplicates: int = 0
    """Messages that the front door had seen before."""
    error: CaseError | None = None
    simulator_usd: float = 0.0
    seconds: float = 0.0
