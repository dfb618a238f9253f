"""The deterministic wording: what the offline baseline says, and what replaces a reply that fails its guardrails."""

from __future__ import annotations

from bot_core.wording.buttons import quick_replies
from bot_core.wording.joining import join_replies
from bot_core.wording.rendering import render

__all__ = ["join_replies", "quick_replies", "render"]
