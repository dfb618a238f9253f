"""Who writes: the person at the screen, a case that is played again, or a simulated customer."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from workbench import session
from workbench.evaluation.dataset.case import Case
from workbench.evaluation.dataset.personas import Persona
from workbench.texts.texts import text
from workbench.views.figures import plain, shortened

_CASE, _PERSONA = "case", "persona"
_WHO_LENGTH = 60
_MOST_SEEDS = 99


def show_customers() -> None:
    labels = {_PERSONA: text("player.persona"), _CASE: text("player.case")}
    kind = st.segmented_control(
        text("player.kind"),
        list(labels),
        default=_PERSONA,
        format_func=labels.__getitem__,
        key="player_kind",
        label_visibility="collapsed",
        width="stretch",
    )
    if kind == _CASE:
        _cases({case.id: case for case in session.dataset().cases})
    else:
        _personas({persona.id: persona for persona in session.personas()})


def _cases(cases: Mapping[str, Case]) -> None:
    chosen = st.selectbox(text("player.which_case"), list(cases), key="player_case", help=text("player.case_help"))
    st.caption(plain(cases[chosen].why))
    st.button(text("player.start"), key="opens-case", width="stretch", on_click=_play_case, args=(cases[chosen],))


def _personas(personas: Mapping[str, Persona]) -> None:
    chosen = st.selectbox(
        text("player.which_persona"), list(personas), key="player_persona", help=text("player.persona_help")
    )
    st.caption(plain(shortened(personas[chosen].who, 2 * _WHO_LENGTH)))
    seed = st.number_input(text("player.seed"), 1, _MOST_SEEDS, key="player_seed", help=text("player.seed_help"))
    st.button(
        text("player.start"),
        key="opens-persona",
        width="stretch",
        on_click=_play_persona,
        args=(personas[chosen], seed),
    )


def _play_case(case: Case) -> None:
    session.open_new_conversations()
    for phone in range(1, session.phones() + 1):
        conversation = session.conversation_id(phone)
        session.workbench().players.load_case(conversation, case, session.choice(phone), session.network())
        session.workbench().players.play(conversation)


def _play_persona(persona: Persona, seed: int) -> None:
    session.open_new_conversations()
    bench = session.workbench()
    for phone in range(1, session.phones() + 1):
        conversation, choice = session.conversation_id(phone), session.choice(phone)
        catalog = bench.catalogs.get(choice.catalog_id).path
        bench.players.load_persona(conversation, persona, choice, catalog, seed=int(seed), network=session.network())
        bench.players.play(conversation)
