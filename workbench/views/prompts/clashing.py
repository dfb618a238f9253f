"""Two people changed the same draft: both texts, what differs, and three ways to go on."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from bot_core.prompts.template import SECTIONS
from bot_core.releases.release import AgentName
from workbench import session
from workbench.evaluation.findings.prompt_diff import word_diff
from workbench.roles import Role
from workbench.runner.prompts import Clash
from workbench.texts.texts import section, text
from workbench.views.figures import day_and_time, plain
from workbench.views.pieces.permission import guarded_button
from workbench.views.pieces.word_diff import word_diff as draw_diff
from workbench.views.prompts import place


def show_clash(
    agent: AgentName, clash: Clash, *, on_decided: Callable[[], None], on_clash: Callable[[Clash], None]
) -> None:
    """`on_decided` forgets the clash; `on_clash` shows another one: somebody was faster once more."""
    theirs = clash.theirs
    who = plain(theirs.updated_by)
    st.warning(text("prompts.clash", who=who, at=day_and_time(theirs.updated_at)), icon="⚠️")
    _choices(agent, clash, who, on_decided=on_decided, on_clash=on_clash)
    _differences(clash, who)


def _choices(
    agent: AgentName,
    clash: Clash,
    who: str,
    *,
    on_decided: Callable[[], None],
    on_clash: Callable[[Clash], None],
) -> None:
    with st.container(horizontal=True):
        guarded_button(
            text("prompts.keep_mine"),
            Role.EDITOR,
            type="primary",
            key="prompts-keep-mine",
            help=text("prompts.keep_mine_help"),
            on_click=_keep_mine,
            args=(clash, on_decided, on_clash),
        )
        st.button(
            text("prompts.keep_theirs", who=who),
            key="prompts-keep-theirs",
            help=text("prompts.keep_theirs_help"),
            on_click=on_decided,
        )
        guarded_button(
            text("prompts.keep_both"),
            Role.EDITOR,
            key="prompts-keep-both",
            help=text("prompts.keep_both_help"),
            on_click=_keep_both,
            args=(agent, clash, on_decided),
        )


def _differences(clash: Clash, who: str) -> None:
    """Of every section that is not the same: what mine changes of theirs, then both as they are."""
    names = section("prompt_sections")
    for name in (*SECTIONS, "notes"):
        before, after = getattr(clash.theirs.text, name), getattr(clash.mine, name)
        if before != after:
            st.markdown(f"**{names[name]}** · {text('prompts.clash_diff')}")
            draw_diff(word_diff(before, after))
            left, right = st.columns(2)
            with left:
                st.caption(text("prompts.clash_theirs", who=who))
                st.code(before, language=None, wrap_lines=True)
            with right:
                st.caption(text("prompts.clash_mine"))
                st.code(after, language=None, wrap_lines=True)


def _keep_mine(clash: Clash, on_decided: Callable[[], None], on_clash: Callable[[Clash], None]) -> None:
    """Over the text that was just shown, and over no other."""
    if not session.may(Role.EDITOR):
        return
    saved = session.workbench().prompts.save(
        clash.theirs.draft_id, clash.mine, who=session.who(), read_version=clash.theirs.version
    )
    if isinstance(saved, Clash):
        on_clash(saved)
    else:
        on_decided()


def _keep_both(agent: AgentName, clash: Clash, on_decided: Callable[[], None]) -> None:
    if not session.may(Role.EDITOR):
        return
    draft = session.workbench().prompts.keep(agent, clash.mine, based_on=clash.theirs.based_on, who=session.who())
    on_decided()
    place.go_open(place.draft_key(draft.draft_id), draft.agent)
    session.notify(text("prompts.kept_apart"))
