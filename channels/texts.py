"""What customers read from the channel itself: data in texts.yaml."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from bot_core.messages import Frozen

_FILE = Path(__file__).with_name("texts.yaml")


class Phrases(Frozen):
    notice: str
    """Before the first reply; `{link}` is the full notice or nothing."""
    notice_link: str
    late: str
    """Before a reply that took long, whatever kept us: many customers or an outage."""
    apology: str
    """When a turn failed for good."""
    feedback_question: str
    thumbs_up: tuple[str, ...]
    thumbs_down: tuple[str, ...]
    closings: frozenset[str]
    """Folded words of which a message that asks for nothing is made."""


@lru_cache(maxsize=1)
def phrases() -> Phrases:
    import yaml

    return Phrases.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))


def notice(privacy_url: str) -> str:
    found = phrases()
    return found.notice.format(link=found.notice_link.format(url=privacy_url) if privacy_url else "").strip()
