"""One case, played against one bot. Pure: no files, no registry, and a clock that stands still."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

from bot_core.errors import KavakBotError
from bot_core.leads.lead import Lead
from bot_core.leads.reference import lead_reference
from bot_core.messages import InboundMessage
from bot_core.orchestrator import OrchestrationService
from bot_core.sessions.state import ConversationState
from workbench.evaluation.dataset.case import Case, CaseTurn, CustomerMessage
from workbench.evaluation.scorers.base import ScoringContext
from workbench.evaluation.scorers.table import score
from workbench.records import CaseError, CaseResult, LeadRecord, TurnRecord, Verdict, overall

CLOCK = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
"""When every conversation starts: "mañana" means the same in each run."""
_TURN = timedelta(minutes=1)


Session = Callable[[Case], AbstractContextManager[Any]]
"""Opens what one case needs around it: the cassette that it is recorded on or replayed from."""


def no_session(_case: Case) -> AbstractContextManager[Any]:
    return nullcontext()


class LeadNotebook:
    """A LeadSink in memory: requests by conversation. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._leads: dict[str, list[LeadRecord]] = {}

    def submit(self, lead: Lead) -> str:
        reference = lead_reference(lead.tracking_id, lead.kind, 0)
        with self._lock:
            known = self._leads.setdefault(lead.conversation_id, [])
            if all(record.reference != reference for record in known):
                known.append(LeadRecord(reference=reference, lead=lead.model_copy(update={"created_at": CLOCK})))
        return reference

    def of(self, conversation_id: str) -> tuple[LeadRecord, ...]:
        with self._lock:
            return tuple(self._leads.get(conversation_id, ()))

    def forget(self, conversation_id: str) -> None:
        """The conversation is over, and its result holds what was recorded."""
        with self._lock:
            self._leads.pop(conversation_id, None)


async def execute(
    case: Case,
    bot: OrchestrationService,
    notebook: LeadNotebook,
    context: ScoringContext,
    *,
    trial: int = 1,
    session: Session = no_session,
) -> CaseResult:
    """Play and judge `case`. Never raises for what the bot or its model does: the result then has an `error`.

    `notebook` must be the LeadSink that `bot` was built with; `session` is open while the case is played.
    """
    started = time.perf_counter()
    turns: list[TurnRecord] = []
    error = None
    try:
        with session(case):
            await _play(case, bot, notebook, trial, turns)
    except KavakBotError as fault:
        error = CaseError(kind=type(fault).__name__, message=str(fault))
    except Exception as fault:  # noqa: BLE001 - a crash in one case must not lose the others; it is reported as such
        error = CaseError(kind=type(fault).__name__, message=str(fault))
    finally:
        notebook.forget(_conversation_id(case, trial))
    scores = () if error else score(case, turns, context)
    return CaseResult(
        case_id=case.id,
        why=case.why,
        tags=case.tags,
        difficulty=case.difficulty.value,
        trial=trial,
        verdict=Verdict.ERROR if error else overall(scores),
        scores=scores,
        turns=tuple(turns),
        error=error,
        seconds=time.perf_counter() - started,
    )


async def _play(
    case: Case, bot: OrchestrationService, notebook: LeadNotebook, trial: int, turns: list[TurnRecord]
) -> None:
    conversation_id = _conversation_id(case, trial)
    state = ConversationState(conversation_id=conversation_id)
    seen = 0
    for number, turn in enumerate(case.turns, start=1):
        messages = _inbound(turn.say, f"{conversation_id}.{number}", CLOCK + number * _TURN)
        result = await bot.handle(messages, state, tracking_id=f"{conversation_id}.{number}")
        state, leads = result.state, notebook.of(conversation_id)
        turns.append(
            TurnRecord(
                messages=messages,
                reply=result.reply,
                trace=result.trace,
                state=state,
                leads=leads[seen:],
                expected_intents=expected_intents(turn),
            )
        )
        seen = len(leads)


def expected_intents(turn: CaseTurn) -> tuple[str, ...] | None:
    """Names in alphabetical order, each once."""
    intents = turn.expect.intents
    return None if intents is None else tuple(sorted({intent.value for intent in intents}))


def _conversation_id(case: Case, trial: int) -> str:
    return f"{case.id}.{trial}"


def _inbound(say: Sequence[CustomerMessage], turn_id: str, sent_at: datetime) -> tuple[InboundMessage, ...]:
    return tuple(
        InboundMessage(
            text=message.text,
            kind=message.kind,
            message_id=f"{turn_id}.{position}",
            profile_name=message.profile_name,
            button_payload=message.button_payload,
            sent_at=sent_at,
        )
        for position, message in enumerate(say, start=1)
    )
