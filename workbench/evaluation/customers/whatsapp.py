"""From words to what WhatsApp delivers: bursts, media, buttons, duplicates, corrections, pauses."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot_core.messages import InboundMessage, MessageKind, QuickReply
from bot_core.normalization import fold
from workbench.evaluation.customers.records import Habit, Say
from workbench.evaluation.dataset.personas import Persona

_HOUR, _DAY = timedelta(hours=1), timedelta(hours=24)
_PIECES = re.compile(r"(?<=[,.;?!]) +(?=\S)")
_IMPATIENT_SECONDS = 30
_SPLITS, _SENDS_MEDIA, _SENDS_TWICE, _CORRECTS, _NUDGES = 0.6, 0.5, 0.4, 0.4, 0.2


class Phone:
    """One customer's phone in one conversation. Deterministic: everything by chance comes from `rng`."""

    def __init__(self, persona: Persona, conversation_id: str, rng: random.Random, *, nudges: Sequence[str]) -> None:
        self._persona = persona
        self._use = persona.whatsapp
        self._id = conversation_id
        self._rng = rng
        self._nudges = nudges
        self._media = list(self._use.media)

    def type(self, texts: Sequence[str], turn: int, *, meant: str | None = None) -> Say:
        """Send `texts` as typed; `meant` is the last one without its slips, for a correction afterwards."""
        messages = [self._message(text) for text in self._burst(texts, turn)]
        if turn > 1 and self._media and self._rng.random() < _SENDS_MEDIA:
            messages.append(self._message("", self._media.pop(0)))
        slip = _slip(meant, texts[-1]) if meant else None
        habits = [Habit.CORRECTION] if slip and self._rng.random() < _CORRECTS else []
        messages += [self._message(f"*{slip}")] if habits else []
        if self._use.delay_seconds[1] <= _IMPATIENT_SECONDS and self._rng.random() < _NUDGES and turn > 1:
            habits.append(Habit.NUDGE)
            messages.append(self._message(self._rng.choice(list(self._nudges))))
        return self._sent(messages, turn, habits)

    def tap(self, button: QuickReply, turn: int) -> Say:
        message = self._message(button.title, MessageKind.BUTTON, payload=button.payload)
        return self._sent([message], turn, [Habit.BUTTON])

    def _burst(self, texts: Sequence[str], turn: int) -> Sequence[str]:
        """One long message may become several, at its pauses; the opening is the persona's own, word for word."""
        pieces = _PIECES.split(texts[0]) if len(texts) == 1 else list(texts)
        most = self._use.burst
        if turn == 1 or len(texts) > 1 or not 1 < len(pieces) <= most or self._rng.random() > _SPLITS:
            return texts
        return pieces

    def _message(self, text: str, kind: MessageKind = MessageKind.TEXT, payload: str | None = None) -> InboundMessage:
        return InboundMessage(
            text=text, kind=kind, button_payload=payload, profile_name=self._use.profile_name, message_id="unsent"
        )

    def _sent(self, messages: Sequence[InboundMessage], turn: int, habits: Sequence[Habit]) -> Say:
        numbered = [
            message.model_copy(update={"message_id": f"{self._id}.{turn}.{position}"})
            for position, message in enumerate(messages, start=1)
        ]
        if self._use.duplicates and self._rng.random() < _SENDS_TWICE:
            numbered.append(numbered[-1])
        shortest, longest = self._use.delay_seconds
        after = timedelta(seconds=self._rng.uniform(shortest, longest))
        return Say(messages=tuple(numbered), after=after, habits=(*habits, *habits_of(numbered, after, turn)))


def habits_of(messages: Sequence[InboundMessage], after: timedelta, turn: int) -> Iterator[Habit]:
    """What can be seen of the messages themselves, whoever wrote them; the opening waits for nothing."""
    ids = [message.message_id for message in messages]
    if len(set(ids)) > 1:
        yield Habit.BURST
    if len(set(ids)) < len(ids):
        yield Habit.DUPLICATE
    for message in messages:
        if message.kind not in (MessageKind.TEXT, MessageKind.BUTTON):
            yield Habit(message.kind.value)
    if any(message.profile_name for message in messages):
        yield Habit.PROFILE_NAME
    if turn > 1 and after >= _HOUR:
        yield Habit.WINDOW if after > _DAY else Habit.PAUSE


def _slip(meant: str, typed: str) -> str | None:
    """The first word that came out wrong."""
    words, typed_words = meant.split(), typed.split()
    if len(words) > len(typed_words):
        return None
    pairs = zip(words, typed_words, strict=False)
    return next((word for word, other in pairs if len(word) > 3 and fold(word) != fold(other)), None)
