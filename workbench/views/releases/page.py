"""Releases: what each holds, what speaks for it, and which one answers customers."""

from __future__ import annotations

import streamlit as st

from bot_core.errors import KavakBotError
from bot_core.releases.release import Release
from workbench import session
from workbench.roles import Role
from workbench.runner.releases import ReleaseRow
from workbench.texts.problems import say
from workbench.texts.texts import text
from workbench.views.figures import day_and_time, plain
from workbench.views.pieces.heading import heading
from workbench.views.pieces.permission import guarded_button
from workbench.views.pieces.switch import switch
from workbench.views.releases import comparing, deciding, holding, place, remembering

_OPEN, _REASON = "releases-back-open-{step}", "releases-back-reason-{step}"
"""By the length of the history: once the step back is taken, what goes one further is closed and has no reason yet."""


def show() -> None:
    place.keep()
    heading(text("releases.title"), text("releases.intro"), help=text("releases.help"))
    if problem := st.session_state.pop(place.PROBLEM, None):
        st.error(problem, icon="⚠️")
    release = place.release()
    if place.was_gone():
        st.info(text("releases.gone"), icon="ℹ️")
    _served()
    _choose(release)
    part = _parts()
    if part == "holds":
        holding.show(release)
    elif part == "compare":
        comparing.show(release)
    elif part == "history":
        remembering.show()
    else:
        deciding.show(release)


def _served() -> None:
    """What answers today, and the way back."""
    desk = session.workbench().release_desk
    history = desk.history()
    served = session.workbench().releases.current().release_id
    with st.container(border=True, key="releases-served"):
        st.markdown(text("releases.served", release=plain(served)))
        if history:
            last = history[0]
            st.caption(plain(text("releases.since", at=day_and_time(last.at), who=last.who, reason=last.reason)))
        else:
            st.caption(text("releases.since_ever"))
        earlier = desk.rolls_back_to()
        if earlier is None:
            st.button(
                text("releases.roll_back"), icon="↩️", disabled=True, key="releases-back", help=text("releases.no_back")
            )
            return
        way_back, reason = text("releases.roll_back_to", release=plain(earlier)), _REASON.format(step=len(history))
        with st.popover(way_back, icon="↩️", key=_OPEN.format(step=len(history)), on_change="rerun"):
            st.caption(text("releases.roll_back_help"))
            st.text_input(text("releases.reason"), key=reason, max_chars=300)
            guarded_button(
                text("releases.roll_back"),
                Role.PUBLISHER,
                type="primary",
                key="releases-back",
                on_click=_roll_back,
                args=(served, reason),
            )


def _choose(current: Release) -> None:
    rows = {row.release.release_id: row for row in session.workbench().release_desk.rows()}
    chosen = st.selectbox(
        text("releases.release"),
        list(rows),
        index=list(rows).index(current.release_id),
        format_func=lambda name: label(rows[name]),
        key=f"releases-open-{current.release_id}",
        help=text("releases.release_help"),
    )
    if chosen != current.release_id:  # no callback: a run that another one overtakes may end before its callbacks
        session.go(place.RELEASE, chosen)
        st.rerun()
    if current.description:
        st.caption(plain(current.description))


def label(row: ReleaseRow) -> str:
    name = row.release.release_id
    if row.is_served:
        return text("releases.label_served", release=name)
    if row.author is None:
        return text("releases.label_shipped", release=name)
    return text("releases.label", release=name, who=row.author.who, at=day_and_time(row.author.at))


def _parts() -> str:
    return switch(
        "releases-part",
        place.PARTS,
        place.part(),
        label=text("releases.title"),
        names="release_parts",
        go=lambda part: session.go(place.PART, part),
    )


def _roll_back(served: str, reason: str) -> None:
    """Of what the page said is served: a second tap, or a colleague's, does not go one step further."""
    if not session.may(Role.PUBLISHER):
        return
    try:
        line = session.workbench().release_desk.roll_back(who=session.who(), reason=session.typed(reason), read=served)
    except KavakBotError as error:
        st.session_state[place.PROBLEM] = say(error)
        return
    session.notify(text("releases.rolled_back", release=plain(line.release_id)))
