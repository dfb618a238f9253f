"""The reply in question, at the end of what was said before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import streamlit as st

from workbench.components.phone.phone import Bubble, phone, written_out
from workbench.evaluation.findings.labels import label
from workbench.evaluation.findings.reasons import reason_said
from workbench.records import TurnRecord
from workbench.runner.review.items import Reviewed
from workbench.runner.turn_rows import said_by_customer
from workbench.texts.media import media_named
from workbench.texts.texts import section, text
from workbench.views.figures import plain
from workbench.views.pieces.transcript import Exchange, transcript


def show_reply(reviewed: Reviewed) -> None:
    channels = section("channels")
    title = channels.get(reviewed.title, reviewed.title)
    about = [title, reviewed.case_id or "", reviewed.turn.trace.release_id]
    st.caption(plain(" · ".join(part for part in about if part)))
    if reviewed.item.why:
        st.code("\n".join(map(_reason, reviewed.item.why.splitlines())), language=None, wrap_lines=True)
    with st.container(key="phone-pane"):
        phone(
            reviewed.item.tracking_id,
            written_out(_bubbles(reviewed.turns)),
            key="review-phone",
            focus=_bubble_id(reviewed.turn.trace.tracking_id),
        )
    if reviewed.after:
        with st.expander(text("review.after", count=len(reviewed.after))):
            transcript([_exchange(turn) for turn in reviewed.after])


def _reason(line: str) -> str:
    """Of a check, "slots: turn 1: …"; of the guardrails, the rules: "amount, promise"."""
    scorer, of_check, reason = line.partition(": ")
    if of_check:
        return f"{section('scorers').get(scorer, scorer)}: {reason_said(reason)}"
    return ", ".join(label("rules", rule) for rule in line.split(", "))


def _bubbles(turns: Sequence[TurnRecord]) -> Iterator[Bubble]:
    last = turns[-1].trace.tracking_id
    for turn in turns:
        for message in turn.messages:
            yield Bubble(id=message.message_id, side="out", text=message.text, at=message.sent_at, kind=message.kind)
        tracking_id = turn.trace.tracking_id
        yield Bubble(
            id=_bubble_id(tracking_id),
            side="in",
            text=turn.reply.text,
            at=turn.trace.started_at,
            buttons=turn.reply.quick_replies,
            turn=tracking_id if tracking_id == last else None,
            selected=tracking_id == last,
        )


def _bubble_id(tracking_id: str) -> str:
    return f"{tracking_id}-reply"


def _exchange(turn: TurnRecord) -> Exchange:
    titles = [button.title for button in turn.reply.quick_replies]
    return Exchange(
        customer=[media_named(said_by_customer((message,))) for message in turn.messages],
        reply=turn.reply.text,
        buttons=titles,
    )
