"""Opinions that customers give without being asked twice: a thumb as a message, a button, the end of a simulation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot_core.messages import InboundMessage
from bot_core.normalization import fold
from bot_core.store.records import ConversationLog, Feedback, FeedbackValue
from workbench.evaluation.statistics.metrics import Metric, MetricKind, Unit, Verdicts
from workbench.records import CaseResult, TurnRecord

CUSTOMER, SIMULATED = "customer", "simulated_customer"
"""Sources of feedback."""
_PAYLOADS = {"feedback:up": FeedbackValue.UP, "feedback:down": FeedbackValue.DOWN}
_THUMBS = {"👍": FeedbackValue.UP, "👎": FeedbackValue.DOWN}
_SKIN_TONES = dict.fromkeys(range(0x1F3FB, 0x1F400))
_ENDS = {
    "goal_reached": FeedbackValue.UP,
    "gave_up": FeedbackValue.DOWN,
    "escalated": FeedbackValue.DOWN,
    "max_turns": FeedbackValue.DOWN,
}
"""Ends of a simulated conversation that say something about the bot."""


def opinion_in(message: InboundMessage) -> FeedbackValue | None:
    """Of the reply before it: a button made for it, or thumbs and nothing else, of whatever colour."""
    if message.button_payload in _PAYLOADS:
        return _PAYLOADS[message.button_payload]
    thumbs = message.text.translate(_SKIN_TONES).replace("\ufe0f", "").split()
    found = {_THUMBS.get(char) for char in "".join(thumbs)}
    return found.pop() if len(found) == 1 else None


def opinions_in(turns: Sequence[TurnRecord | ConversationLog]) -> tuple[Feedback, ...]:
    """What the customer thinks of each reply, as far as the next message says so; the last word of a turn counts."""
    found = []
    for before, after in pairwise(turns):
        values = [value for message in after.messages if (value := opinion_in(message))]
        if values:
            at = after.messages[-1].sent_at
            found.append(
                Feedback(tracking_id=before.trace.tracking_id, value=values[-1], source=CUSTOMER, created_at=at)
            )
    return tuple(found)


def simulated_opinion(result: CaseResult) -> Feedback | None:
    """A simulated customer's opinion of the last reply, by how the conversation ended; None for a simulator's fault, a
    conversation that broke off, and a case with fixed messages."""
    end = result.simulated
    if end is None or not result.turns or end.end not in _ENDS:
        return None
    value = FeedbackValue.UP if end.goal_reached else _ENDS[end.end]
    trace = result.turns[-1].trace
    return Feedback(tracking_id=trace.tracking_id, value=value, source=SIMULATED, created_at=trace.started_at)


def _opinions(result: CaseResult, _verdicts: Verdicts) -> Iterator[float]:
    given = {one.tracking_id: one for one in opinions_in(result.turns)}
    if (last := simulated_opinion(result)) is not None:
        given.setdefault(last.tracking_id, last)
    return (float(one.value is FeedbackValue.UP) for one in given.values())


OPINIONS = Metric("feedback", MetricKind.RATE, Unit.SHARE, higher_is_better=True, observe=_opinions)
"""Thumbs up among the replies that the customers of a run gave an opinion on, simulated ones included."""


def _taps(result: CaseResult, _verdicts: Verdicts) -> Iterator[float]:
    for before, after in pairwise(result.turns):
        if before.reply.quick_replies:
            yield float(any(_is_tap(message, before) for message in after.messages))


def _is_tap(message: InboundMessage, before: TurnRecord) -> bool:
    """By its payload, or by its title typed out, as some phones send it."""
    payloads = {button.payload for button in before.reply.quick_replies}
    titles = {fold(button.title) for button in before.reply.quick_replies}
    return message.button_payload in payloads or fold(message.text) in titles


QUICK_REPLIES = Metric("quick_replies", MetricKind.RATE, Unit.SHARE, higher_is_better=True, observe=_taps)
"""Of the replies with buttons that were followed by a message: how often it was one of them."""
