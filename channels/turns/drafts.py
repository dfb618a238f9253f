"""From a finished turn to the messages that go out."""

from __future__ import annotations

from datetime import timedelta

from bot_core.messages import MAX_REPLY_CHARS, BotReply
from bot_core.sessions.state import ConversationState
from bot_core.wording.fitting import shortened
from channels.settings import ChannelSettings
from channels.store.records import Allowed, Content, Draft, OutboxKind
from channels.texts import notice, phrases

_LONGEST_WITH_BUTTONS = 1024
"""Characters of the body of a quick-reply content."""


def turn_drafts(
    settings: ChannelSettings,
    tracking_id: str,
    reply: BotReply,
    *,
    before: ConversationState,
    after: ConversationState,
    noticed: bool,
    waited: timedelta = timedelta(0),
) -> tuple[Draft, ...]:
    """The privacy notice before a customer's first reply, an apology when it comes late, the reply, and now and then
    the question how it was. `noticed`: they have the notice, or it is on its way."""
    drafts = [] if noticed else [_notice(settings, tracking_id)]
    if waited.total_seconds() > settings.late_seconds and not (after.opted_out or after.handed_off):
        drafts.append(_draft(tracking_id, OutboxKind.LATE, Content(body=phrases().late)))
    allowed = _allowed(before, after)
    drafts.append(_draft(tracking_id, OutboxKind.REPLY, reply_content(settings, reply), allowed))
    if _asks_for_feedback(settings, after):
        drafts.append(_draft(tracking_id, OutboxKind.FEEDBACK, feedback_content(settings, tracking_id)))
    return tuple(drafts)


def apology_drafts(settings: ChannelSettings, tracking_id: str, *, noticed: bool) -> tuple[Draft, ...]:
    apology = _draft(tracking_id, OutboxKind.APOLOGY, Content(body=phrases().apology))
    return (apology,) if noticed else (_notice(settings, tracking_id), apology)


def reply_content(settings: ChannelSettings, reply: BotReply) -> Content:
    """With buttons where a content for that many is configured, else the text alone: it never needs them."""
    body = shortened(reply.text, MAX_REPLY_CHARS)
    sid = settings.quick_reply_contents.get(len(reply.quick_replies))
    if not reply.quick_replies or not sid or len(body) > _LONGEST_WITH_BUTTONS:
        return Content(body=body)
    variables = {"1": body}
    for index, button in enumerate(reply.quick_replies):
        variables |= {str(2 + 2 * index): button.title, str(3 + 2 * index): button.payload}
    return Content(body=body, content_sid=sid, variables=variables)


def feedback_content(settings: ChannelSettings, tracking_id: str) -> Content:
    question = phrases().feedback_question
    payloads = {"2": f"fb:{tracking_id}:up", "3": f"fb:{tracking_id}:down"}
    return Content(body=question, content_sid=settings.feedback_content, variables={"1": question} | payloads)


def _notice(settings: ChannelSettings, tracking_id: str) -> Draft:
    return _draft(tracking_id, OutboxKind.NOTICE, Content(body=notice(settings.privacy_url)))


def _draft(tracking_id: str, kind: OutboxKind, content: Content, allowed: Allowed = Allowed.NOTHING) -> Draft:
    return Draft(
        outbox_id=f"{tracking_id}-{kind.value}", kind=kind, content=content, tracking_id=tracking_id, allowed=allowed
    )


def _allowed(before: ConversationState, after: ConversationState) -> Allowed:
    if after.opted_out:
        return Allowed.OPT_OUT
    return Allowed.HAND_OFF if after.handed_off and not before.handed_off else Allowed.NOTHING


def _asks_for_feedback(settings: ChannelSettings, after: ConversationState) -> bool:
    wanted = settings.feedback_content and after.turns % settings.feedback_every == 0
    return bool(wanted) and not (after.opted_out or after.handed_off)
