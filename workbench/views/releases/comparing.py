"""Two releases side by side: only what differs."""

from __future__ import annotations

import streamlit as st

from bot_core.errors import PromptError
from bot_core.prompts.template import SECTIONS
from bot_core.releases.release import AgentName, Release
from workbench import session
from workbench.evaluation.findings.prompt_diff import prompt_diff
from workbench.runner.bundles import changed_agents, changed_rules
from workbench.texts.texts import section, text
from workbench.views.figures import plain
from workbench.views.pieces.settings_labels import field_name, field_value
from workbench.views.pieces.word_diff import word_diff


def show(release: Release) -> None:
    releases = session.workbench().releases
    served = releases.current().release_id
    others = {other.release_id: other for other in releases.list() if other.release_id != release.release_id}
    names = list(others)
    chosen = st.selectbox(
        text("releases.compare_with"),
        names,
        index=names.index(served) if served in others else 0,
        format_func=lambda name: text("releases.label_served", release=name) if name == served else name,
        key=f"releases-compare-{release.release_id}",
        help=text("releases.compare_help"),
    )
    if chosen is None:
        return
    other = others[chosen]
    agents, rules = changed_agents(other, release), changed_rules(other, release)
    if not agents and not rules:
        st.info(text("releases.compare_same"), icon="ℹ️")
        return
    rows = [
        _row(section("agents")[agent.value], field, pair)
        for agent, fields in agents.items()
        for field, pair in fields.items()
    ]
    rows += [_row(text("releases.all_agents"), field, pair) for field, pair in rules.items()]
    st.caption(plain(text("releases.compare_legend", a=other.release_id, b=release.release_id)))
    st.dataframe(rows, hide_index=True, width="stretch")
    for agent, fields in agents.items():
        if "prompt" in fields:
            _prompts(agent, str(fields["prompt"][0]), str(fields["prompt"][1]))


def _row(where: str, field: str, pair: tuple[object, object]) -> dict[str, str]:
    return {
        text("releases.agent"): where,
        text("releases.field"): field_name(field),
        text("releases.before"): field_value(pair[0]),
        text("releases.after"): field_value(pair[1]),
    }


def _prompts(agent: AgentName, before: str, after: str) -> None:
    library = session.workbench().store.prompts
    try:
        found = prompt_diff(library.get(before), library.get(after))
    except PromptError:
        return
    names = section("prompt_sections")
    with st.expander(plain(text("releases.prompt_diff", agent=section("agents")[agent.value], a=before, b=after))):
        for name in SECTIONS:
            if any(piece.kind != "same" for piece in found.sections[name]):
                st.markdown(f"**{names[name]}**")
                word_diff(found.sections[name])
