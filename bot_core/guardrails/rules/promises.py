"""What the bot never promises, in Spanish and English; a denial or a condition is no promise."""

from __future__ import annotations

from collections.abc import Iterator

from bot_core.guardrails.denials import is_asked, is_conditional, is_denied
from bot_core.guardrails.inspection import Inspection
from bot_core.guardrails.lexicon import Promise
from bot_core.guardrails.lexicon import promises as promise_table
from bot_core.guardrails.reading import Reply, is_inside
from bot_core.trace import Finding

RULE = "promise"


def promises(inspection: Inspection) -> Iterator[Finding]:
    excused = (*inspection.quoted, *inspection.customer_name)
    for promise in promise_table():
        for match in promise.pattern.finditer(inspection.reply.folded):
            if not is_inside(excused, *match.span()) and _is_made(promise, inspection.reply, *match.span()):
                yield inspection.finding(RULE, *match.span(), promise.message)


def _is_made(promise: Promise, reply: Reply, start: int, end: int) -> bool:
    if is_denied(reply, start, end):
        return False
    if promise.conditional and is_conditional(reply, start):
        return False
    return not (promise.askable and is_asked(reply, start, end))
