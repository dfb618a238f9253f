"""The part of a conversation that a model is given, bounded by tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot_core.messages import Role
from bot_core.sessions.state import ConversationState, HistoryEntry

CHARS_PER_TOKEN = 4
"""A cheap estimate that needs no tokenizer. Spanish is nearer to 3.5, so a full history is some 15 % longer than it
says: a bound on cost, not a limit of a model."""


def estimated_tokens(text: str) -> int:
    """Tokens of `text`, rounded up."""
    return -(-len(text) // CHARS_PER_TOKEN)


def with_turn(state: ConversationState, *, customer_text: str, bot_text: str, max_tokens: int) -> ConversationState:
    """`state` after one more turn: both texts at the end of the history and `turns` one higher. The oldest whole turns
    go until the estimate fits `max_tokens`; with 0, or one turn that is longer, the history is empty."""
    spoken = (HistoryEntry(role=Role.CUSTOMER, text=customer_text), HistoryEntry(role=Role.BOT, text=bot_text))
    history = bounded((*state.history, *spoken), max_tokens=max_tokens)
    return state.model_copy(update={"history": history, "turns": state.turns + 1})


def bounded(history: Sequence[HistoryEntry], *, max_tokens: int) -> tuple[HistoryEntry, ...]:
    """The latest whole turns whose estimate fits."""
    kept: tuple[HistoryEntry, ...] = ()
    left = max_tokens
    for turn in _turns_from_the_last(history):
        left -= sum(estimated_tokens(entry.text) for entry in turn)
        if left < 0:
            break
        kept = (*turn, *kept)
    return kept


def _turns_from_the_last(history: Sequence[HistoryEntry]) -> Iterator[tuple[HistoryEntry, ...]]:
    """A turn starts with the customer's words and ends before the next ones."""
    end = len(history)
    for index in range(len(history) - 1, -1, -1):
        if history[index].role is Role.CUSTOMER or index == 0:
            yield tuple(history[index:end])
            end = index
