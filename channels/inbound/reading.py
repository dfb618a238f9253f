"""What code alone makes of a message when it arrives: never a model's business."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot_core.messages import MessageKind
from bot_core.normalization import fold
from bot_core.offline.lexicon import pattern
from bot_core.offline.opt_out import is_opt_out
from channels.inbound.webhook import InboundWebhook
from channels.texts import phrases

_NOT_WORDS = re.compile(r"[^\w]+")
OPINION = re.compile(r"fb:([0-9a-f]{32}):(up|down)")
"""The payload of a feedback button: the turn, and what they think of it."""
_WORDS_ALONE = (MessageKind.TEXT, MessageKind.STICKER)
"""Kinds that say nothing beyond their words; a sticker says no more than a thumb."""
_SHORT = 60
"""Characters: a wish for a person within a longer text can wait the two seconds."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What code alone says of a message, decided when it is stored."""

    urgent: bool = False
    """Not worth waiting for more: a button, an opt-out, a wish for a person."""
    opts_out: bool = False
    opts_in: bool = False
    """Who has left wants to hear from us again: not for "ok gracias", nor for a tap on an old feedback button."""
    is_opinion: bool = False


def read_signals(webhook: InboundWebhook) -> Reading:
    opts_out = is_opt_out(webhook.text, webhook.button_payload)
    is_opinion = bool(OPINION.fullmatch(webhook.button_payload or ""))
    return Reading(
        urgent=webhook.kind is MessageKind.BUTTON or opts_out or _wants_a_person(webhook.text),
        opts_out=opts_out,
        opts_in=not (opts_out or is_opinion or _asks_for_nothing(webhook)),
        is_opinion=is_opinion,
    )


def _asks_for_nothing(webhook: InboundWebhook) -> bool:
    """A voice note or a photo without a word wants an answer as a question does."""
    has_words = bool(webhook.text.strip()) or webhook.kind in _WORDS_ALONE
    return has_words and is_closing(webhook.text)


def is_closing(text: str) -> bool:
    """Nothing but thanks and goodbyes."""
    words = _NOT_WORDS.sub(" ", fold(text)).split()
    return all(word in phrases().closings for word in words)


def _wants_a_person(text: str) -> bool:
    return len(text) <= _SHORT and bool(pattern("intents", "groups", "person").search(fold(text)))
