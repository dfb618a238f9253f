"""Every error the project raises, in one tree.

    KavakBotError
    ├── UserError                   a person's mistake: one line on the screen, exit code 2
    │   ├── ConfigurationError      a setting, environment variable or release file
    │   ├── CatalogError            the catalogue file: carries row and column of every problem
    │   ├── KnowledgeError          the knowledge file
    │   ├── PromptError             a prompt template
    │   │   └── MissingVariables
    │   ├── DatasetError            evaluation cases and personas
    │   │   └── CaseFault           a case that somebody typed
    │   ├── PromotionRefused        a release that the evidence does not allow to serve
    │   └── CassetteError           recorded model traffic
    │       └── StaleCassette       a call that was never recorded: record again
    ├── ModelError                  a call to a language model
    │   ├── ModelNotConfigured      no key, no such model, wrong address
    │   ├── ModelRateLimited        429; may carry Retry-After
    │   ├── ModelTimeout
    │   ├── ModelUnavailable        5xx, cut or refused connection
    │   ├── ModelBadRequest         the provider refuses the request itself
    │   ├── ModelRefused            content filter or refusal
    │   ├── ModelInvalidAnswer      broken JSON, wrong fields, empty content
    │   ├── ModelOverloaded         our own limit: too many calls wait for this model
    │   └── CircuitOpen             the breaker keeps calls away from a failing model
    ├── NotMeasured                 an experiment's model could not be asked: the case is an error, no wrong answer
    └── StoreError
        ├── NotFound
        ├── Conflict                somebody else wrote first
        ├── Immutable               a stored version cannot be changed
        └── Damaged                 a stored file cannot be read

A normal ending (no car found, a question to ask, a lead refused) is a value, never an exception.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any


class KavakBotError(Exception):
    """Base of the tree. `hint` says in one line what the reader can do."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        """An error that another process has met is raised here with all that it carries."""
        return _as_it_was, (type(self), self.args), self.__dict__


def _as_it_was(kind: type[KavakBotError], arguments: tuple[object, ...]) -> KavakBotError:
    return kind.__new__(kind, *arguments)


class UserError(KavakBotError):
    """Something that a person wrote or chose and can mend."""


class ConfigurationError(UserError):
    """A setting, an environment variable or a release file is wrong."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One fault in a data file. `row` counts as an editor does: the header is row 1."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column}: {self.message}"


class CatalogError(UserError):
    """The catalogue file cannot be used; `problems` names every row and column."""

    def __init__(self, message: str, *, problems: tuple[RowProblem, ...] = (), hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.problems = problems

    def __str__(self) -> str:
        shown = [str(problem) for problem in self.problems[:5]]
        more = len(self.problems) - len(shown)
        rest = [f"and {more} more"] if more > 0 else []
        return "; ".join([super().__str__(), *shown, *rest])


class KnowledgeError(UserError):
    """The knowledge file is malformed."""


class PromptError(UserError):
    """A prompt template is malformed."""


class MissingVariables(PromptError):
    """A prompt was filled without all the variables that its sections name."""

    def __init__(self, template: str, missing: frozenset[str]) -> None:
        super().__init__(f"prompt {template} lacks the variables: {', '.join(sorted(missing))}")
        self.missing = missing


class DatasetError(UserError):
    """An evaluation case or persona is malformed; the message names file and field."""


class CaseFault(DatasetError):
    """What somebody typed is no case. `kind` is the fault's own name, for the screen's words (section `case_faults`).

    `field` is the path as it was written ("expect.plan.term"), `line` counts what was typed from 1 (None for what is
    typed elsewhere), `detail` is what the words need besides: the odd value, or what is possible.
    """

    def __init__(self, message: str, *, kind: str, field: str = "", line: int | None = None, detail: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.field = field
        self.line = line
        self.detail = detail


class PromotionRefused(UserError):
    """A release may not be served; `grounds` are the rule's own names of the reasons (workbench.evaluation.gate)."""

    def __init__(self, message: str, *, grounds: tuple[str, ...] = (), hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.grounds = grounds


class CassetteError(UserError):
    """A recording of model traffic cannot be read or written; the message names the file."""


class StaleCassette(CassetteError):
    """A replayed case makes a call that was never recorded. Never retried, never answered by a fallback.

    `key` is dataset/variant/case, `command` records it again, `diff` compares the request with the recorded one
    (unified, "" when there is none to compare), `agent` is who asked.
    """

    _SHOWN_LINES = 60

    def __init__(self, message: str, *, key: str, command: str, diff: str = "", agent: str | None = None) -> None:
        super().__init__(message, hint=f"record it again: {command}")
        self.key = key
        self.command = command
        self.diff = diff
        self.agent = agent

    def __str__(self) -> str:
        lines = self.diff.splitlines()
        more = len(lines) - self._SHOWN_LINES
        rest = [f"… {more} more lines"] if more > 0 else []
        return "\n".join([super().__str__(), *lines[: self._SHOWN_LINES], *rest])


class ModelError(KavakBotError):
    """A call to a language model failed. `model` is the name the release gives it.

    A failed call may have been paid for: `input_tokens`, `output_tokens` and `cost_usd` say what it used. `unseen` is
    True where the request went out and nobody saw how it ended, so that the provider may bill more than that.
    """

    unseen = False

    def __init__(self, message: str, *, model: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.model = model
        self.input_tokens = 0
        self.output_tokens = 0
        self.cost_usd = Decimal(0)


class ModelNotConfigured(ModelError):
    """No key, an unknown model name or an address where nothing listens for it."""


class ModelRateLimited(ModelError):
    """The provider asks to slow down. `retry_after` is in seconds, None when it did not say."""

    def __init__(self, message: str, *, model: str, retry_after: float | None = None, hint: str | None = None) -> None:
        super().__init__(message, model=model, hint=hint)
        self.retry_after = retry_after


class ModelTimeout(ModelError):
    """No answer within the time limit."""

    unseen = True


class ModelUnavailable(ModelError):
    """5xx, or the connection was refused or cut."""


class ModelBadRequest(ModelError):
    """The provider refuses the request itself (too long, unknown parameter)."""


class ModelRefused(ModelError):
    """A content filter or the model itself declined to answer."""


class ModelInvalidAnswer(ModelError):
    """The answer is empty or does not fit the asked structure, after all reasks."""


class ModelOverloaded(ModelError):
    """Our own queue for this model is full."""


class CircuitOpen(ModelError):
    """The breaker keeps calls away from a model that keeps failing."""


class NotMeasured(KavakBotError):
    """No model of an experiment could be reached, so that the case says nothing about it."""


class StoreError(KavakBotError):
    """The operational store, or files of experiments."""


class NotFound(StoreError):
    """No row of that id."""


class Conflict(StoreError):
    """Somebody else wrote first; read again and retry."""


class Immutable(StoreError):
    """A stored version cannot be changed; store a new one."""


class Damaged(StoreError):
    """A stored file is there and cannot be read: a sound copy of it is needed."""
