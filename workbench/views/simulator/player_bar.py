"""Play, pause and step of the customers that write by themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from workbench import session
from workbench.runner.players import PlayState
from workbench.texts.problems import say
from workbench.texts.texts import section, text
from workbench.views.figures import plain


def show_player(conversations: Sequence[str]) -> None:
    """Nothing while a person writes on all phones."""
    desk = session.workbench().players
    states = [(conversation, state) for conversation in conversations if (state := desk.state(conversation))]
    if not states:
        return
    going = any(state.playing for _, state in states)
    over = all(state.end for _, state in states)
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="player-bar"):
        st.markdown("🎭 " + " · ".join(_line(state) for _, state in states), width="stretch")
        ids = [conversation for conversation, _ in states]
        if going:
            _button("pause", "⏸", ids, desk.pause, disabled=False)
        else:
            _button("play", "▶", ids, desk.play, disabled=over)
        _button("step", "⏭", ids, desk.step, disabled=over or going)
        _button("leave", "✋", ids, desk.leave, disabled=False)
    for _, state in states:
        if state.problem:
            st.error(say(state.problem), icon="⚠️")


def _line(state: PlayState) -> str:
    done = (
        text("player.of", done=state.done, total=state.total) if state.total else text("player.done", done=state.done)
    )
    end = f" · {section('player_ends')[state.end.value]}" if state.end else ""
    return f"**{plain(state.name)}** · {done}{end}"


def _for_all(conversations: Sequence[str], act: Callable[[str], None]) -> None:
    for conversation in conversations:
        act(conversation)


def _button(name: str, icon: str, conversations: Sequence[str], act: Callable[[str], None], *, disabled: bool) -> None:
    st.button(
        f"{icon} {section('player_buttons')[name]}",
        key=f"player-{name}",
        help=section("player_helps")[name],
        disabled=disabled,
        on_click=_for_all,
        args=(conversations, act),
    )
