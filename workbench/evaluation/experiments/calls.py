"""The model calls of a run: paid once, within the budget, and found again after a kill."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict, deque
from collections.abc import Container, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bot_core import errors
from bot_core.errors import ModelError
from bot_core.llm.gateway import Answer as AnswerType
from bot_core.llm.gateway import LLMRequest, LLMResponse
from bot_core.llm.spending import Spent, charge, spent_by
from bot_core.messages import new_id
from bot_core.trace import ModelCall
from workbench.storage.call_journal import CallJournal, CallLine, CallState
from workbench.storage.journal import ResultKey

_HASH_LENGTH = 24
_PAID = (CallState.ANSWERED, CallState.FAILED)


class CallBook:
    """Every finished call of one run. What it remembers is only of cases that an earlier process did not finish."""

    def __init__(self, journal: CallJournal, finished: Container[ResultKey]) -> None:
        self._journal = journal
        self._known: dict[ResultKey, dict[str, deque[CallLine]]] = {}
        self.usd = Decimal(0)
        """Paid so far, by this process and earlier ones; a call whose end nobody saw counts with its upper bound."""
        self._read(finished)

    @contextmanager
    def case(self, key: ResultKey) -> Iterator[CaseCalls]:
        """Around one case: calls that are made inside belong to it."""
        calls = CaseCalls(self, key, self._known.pop(key, {}))
        token = current_calls.set(calls)
        try:
            yield calls
        finally:
            current_calls.reset(token)

    def note(self, line: CallLine) -> None:
        self._journal.append(line)
        if line.state in _PAID:
            self.usd += line.usd

    def note_unseen(self, usd: Decimal) -> None:
        """A call whose end nobody will see may have been paid."""
        self.usd += usd

    def _read(self, finished: Container[ResultKey]) -> None:
        unseen: dict[str, Decimal] = {}
        for line in self._journal.lines():
            if line.state is CallState.STARTED:
                unseen[line.call] = line.usd
                continue
            unseen.pop(line.call, None)
            key = line.case_id, line.trial
            if line.state is CallState.AGAIN and key in self._known:
                known = self._known[key]
                known[line.request] = deque(one for one in known[line.request] if one.call != line.call)
            if line.state not in _PAID:
                continue
            self.usd += line.usd
            if key not in finished:
                self._known.setdefault(key, defaultdict(deque))[line.request].append(line)
        self.usd += sum(unseen.values(), Decimal(0))


def ask_again(journal: CallJournal, keys: Container[ResultKey]) -> None:
    """What failed in these cases, though it was paid for, is not to be answered from the book any more."""
    failed = [line for line in journal.lines() if line.state is CallState.FAILED and (line.case_id, line.trial) in keys]
    for line in failed:
        again = {"call": line.call, "case_id": line.case_id, "trial": line.trial, "request": line.request}
        journal.append(CallLine.model_validate(again | {"state": CallState.AGAIN}))


@dataclass(slots=True)
class CaseCalls:
    """The calls of one case and trial."""

    book: CallBook
    key: ResultKey
    known: dict[str, deque[CallLine]]
    """By the request's hash, in the order in which they ended."""
    evaluation: list[ModelCall] = field(default_factory=list)
    """Calls by the customer's model."""

    def recall(self, request: LLMRequest[AnswerType], digest: str) -> LLMResponse[AnswerType] | None:
        """The answer that was paid for, the first one first; None when there is none (left).

        Raises the ModelError that a paid call ended with.
        """
        waiting = self.known.get(digest)
        if not waiting:
            return None
        line = waiting.popleft()
        if line.state is CallState.FAILED:
            raise _error(line)
        return LLMResponse(
            answer=request.response_model.model_validate_json(line.raw),
            model=line.model,
            raw=line.raw,
            usage=line.usage,
            cost_usd=line.usd,
            seconds=line.seconds,
            attempts=line.attempts,
        )

    def started(self, digest: str, usd: Decimal) -> str:
        """The id of a new call; written down when it may cost something."""
        call = new_id()[:12]
        if usd:
            self.book.note(self._line(call, CallState.STARTED, digest, usd=usd))
        return call

    def answered(self, call: str, digest: str, response: LLMResponse[Any]) -> None:
        line = self._line(call, CallState.ANSWERED, digest, usd=response.cost_usd)
        self.book.note(
            line.model_copy(
                update={
                    "model": response.model,
                    "raw": response.raw,
                    "usage": response.usage,
                    "seconds": response.seconds,
                    "attempts": response.attempts,
                }
            )
        )

    def failed(self, call: str, digest: str, error: ModelError) -> None:
        spent = spent_by(error)
        paid = bool(spent.cost_usd or spent.usage.input_tokens or spent.usage.output_tokens)
        line = self._line(call, CallState.FAILED if paid else CallState.UNPAID, digest, usd=spent.cost_usd)
        update = {"model": error.model, "usage": spent.usage, "error": type(error).__name__, "message": error.message}
        self.book.note(line.model_copy(update=update))

    def _line(self, call: str, state: CallState, digest: str, *, usd: Decimal) -> CallLine:
        case_id, trial = self.key
        return CallLine(call=call, state=state, case_id=case_id, trial=trial, request=digest, usd=usd)


current_calls: ContextVar[CaseCalls | None] = ContextVar("current_calls", default=None)
"""Of the case that the code which runs now plays, through any number of tasks side by side."""


def request_digest(request: LLMRequest[Any]) -> str:
    """Equal for equal words to the same model with the same parameters, for the same agent."""
    settings = request.settings
    told = [
        settings.model,
        settings.api_base,
        settings.temperature,
        settings.max_tokens,
        settings.seed,
        settings.reasks,
        sorted(settings.params.items()),
        request.agent,
        request.purpose,
        request.response_model.__qualname__,
        [(message.role, message.content) for message in request.messages],
    ]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:_HASH_LENGTH]


def _error(line: CallLine) -> ModelError:
    kind = getattr(errors, line.error, ModelError)
    error: ModelError = kind(line.message, model=line.model)
    charge(error, Spent(line.usage, line.usd))
    return error
