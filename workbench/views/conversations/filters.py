"""What is looked for: words at hand, the rest behind a button that says how much is set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from bot_core.leads.lead import LeadKind
from workbench import session
from workbench.roles import Role
from workbench.storage.activity.search import Search
from workbench.texts.texts import section, text
from workbench.views.conversations import place
from workbench.views.pieces.permission import refusal


def ask() -> Search:
    """Draw the fields and take over what they say."""
    before = place.asked()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            text("conversations.words"),
            before.words,
            key=place.widget("words"),
            placeholder=text("conversations.words_placeholder"),
            help=text("conversations.words_help"),
            max_chars=200,
        )
        asked = _behind_the_button(replace(before, words=words))
        _reveal()
    place.ask(asked)
    return asked


def _behind_the_button(asked: Search) -> Search:
    count = sum(bool(value) for value in (*_values(asked), asked.first, asked.last, asked.finding))
    label = text("conversations.filters_set", count=count) if count else text("conversations.filters")
    with st.popover(label, icon="🔎", help=text("conversations.filters_help")):
        left, right = st.columns(2)
        with left:
            asked = _about_the_conversation(asked)
        with right:
            asked = _about_the_outcome(asked)
        asked = _days(asked)
        st.button(text("conversations.clear"), on_click=place.clear, disabled=asked == Search())
    return asked


def _about_the_conversation(asked: Search) -> Search:
    desk, intents = session.workbench().conversations, section("intents")
    customer = st.text_input(
        text("conversations.customer"), asked.customer, key=place.widget("customer"),
        help=text("conversations.customer_help"), max_chars=120,
    )  # fmt: skip
    return replace(
        asked,
        customer=customer,
        channel=_one_of("channel", text("conversations.channel"), asked.channel, desk.channels(), section("channels")),
        release=_one_of("release", text("conversations.release"), asked.release, desk.releases(), {}),
        intent=_one_of("intent", text("conversations.intent"), asked.intent, list(intents), intents),
    )


def _about_the_outcome(asked: Search) -> Search:
    opinions, leads, gaps = section("opinion_filters"), section("lead_kinds"), section("gaps")
    kinds = ["any", *(kind.value for kind in LeadKind)]
    return replace(
        asked,
        opinion=_one_of("opinion", text("conversations.opinion"), asked.opinion, list(opinions), opinions),
        lead=_one_of("lead", text("conversations.lead"), asked.lead, kinds, leads),
        gap=_one_of("gap", text("conversations.gap"), asked.gap, list(gaps), gaps),
        finding=st.toggle(
            text("conversations.finding"),
            asked.finding,
            key=place.widget("finding"),
            help=text("conversations.finding_help"),
        ),
    )


def _days(asked: Search) -> Search:
    left, right = st.columns(2)
    with left:
        first = st.date_input(text("conversations.first"), asked.first, key=place.widget("first"), format="DD/MM/YYYY")
    with right:
        last = st.date_input(text("conversations.last"), asked.last, key=place.widget("last"), format="DD/MM/YYYY")
    return replace(asked, first=first, last=last)


def _one_of(name: str, label: str, value: str, options: Sequence[str], names: Mapping[str, str]) -> str:
    everything = ["", *options, *([value] if value and value not in options else [])]
    return st.selectbox(
        label,
        everything,
        index=everything.index(value),
        format_func=lambda option: names.get(option, option) if option else text("conversations.all"),
        key=place.widget(name),
    )


def _values(asked: Search) -> tuple[str, ...]:
    return asked.customer, asked.channel, asked.release, asked.intent, asked.opinion, asked.lead, asked.gap


def _reveal() -> None:
    refused = refusal(Role.EDITOR)
    shown = st.toggle(
        text("conversations.reveal"),
        place.reveals(),
        key="conversations-reveal-toggle",
        disabled=refused is not None,
        help=refused or text("conversations.reveal_help"),
    )
    place.reveal(shown)
