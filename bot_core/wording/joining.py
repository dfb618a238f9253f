"""Several parts, one message."""

from __future__ import annotations

from collections.abc import Sequence

from bot_core.messages import MAX_REPLY_CHARS
from bot_core.wording.fitting import is_question, shares, shortened
from bot_core.wording.phrases import invitations

_GAP = "\n\n"


def join_replies(parts: Sequence[str]) -> str:
    """One reply of at most 1,600 characters in the given order.

    Closing questions do not pile up: invitations give way to a real question, and of several the last stays.
    """
    texts = _asking_once([part.strip() for part in parts if part.strip()])
    texts = list(dict.fromkeys(text for text in texts if text))
    if not texts:
        return ""
    room = shares([len(text) for text in texts], MAX_REPLY_CHARS - len(_GAP) * (len(texts) - 1))
    return _GAP.join(shortened(text, limit) for text, limit in zip(texts, room, strict=True))


def _asking_once(texts: list[str]) -> list[str]:
    asking = [index for index, text in enumerate(texts) if is_question(_last_line(text))]
    real = [index for index in asking if _last_line(texts[index]) not in invitations()]
    keeps = {*real} if real else {*asking[-1:]}
    seen: set[str] = set()
    kept: list[str] = []
    for index, text in enumerate(texts):
        closing = _last_line(text)
        drop = index in asking and (index not in keeps or closing in seen)
        seen.add(closing)
        kept.append(text[: -len(closing)].rstrip() if drop else text)
    return kept


def _last_line(text: str) -> str:
    return text.rpartition("\n")[2]
