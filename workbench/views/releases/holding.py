"""What a release holds: for every agent its prompt, model and parameters."""

from __future__ import annotations

import streamlit as st

from bot_core.llm.gateway import OFFLINE_MODEL
from bot_core.releases.release import AgentDefinition, AgentName, Release
from workbench import session
from workbench.texts.texts import section, text
from workbench.views.figures import plain
from workbench.views.pieces.settings_labels import field_name, field_value

_SHOWN = (
    "temperature",
    "max_tokens",
    "timeout_seconds",
    "retries",
    "max_concurrency",
    "requests_per_minute",
    "fallbacks",
)
_HASH_DIGITS = 12


def show(release: Release) -> None:
    hashes = {found.prompt_id: found.content_hash for found in session.workbench().store.prompts.list()}
    rows = [_row(agent, release.agents[agent], hashes) for agent in AgentName if agent in release.agents]
    st.dataframe(rows, hide_index=True, width="stretch")
    rules = release.behaviour.model_dump() | release.financing.model_dump(mode="json")
    st.markdown(f"**{text('releases.rules')}**")
    table = [
        {text("releases.field"): field_name(name), text("releases.value"): field_value(rules[name])} for name in rules
    ]
    st.dataframe(table, hide_index=True, width="stretch")
    with st.expander(text("releases.as_file")):
        st.caption(plain(text("releases.as_file_help", release=release.release_id)))
        st.code(release.model_dump_json(indent=1), language="json", wrap_lines=True)


def _row(agent: AgentName, definition: AgentDefinition, hashes: dict[str, str]) -> dict[str, str]:
    settings = definition.settings.model_dump()
    asks = definition.settings.model != OFFLINE_MODEL
    hash_shown = hashes.get(definition.prompt, "?")[:_HASH_DIGITS]
    return {
        text("releases.agent"): section("agents")[agent.value],
        text("releases.prompt"): definition.prompt.partition("/")[2],
        text("releases.hash"): hash_shown,
        field_name("model"): field_value(settings["model"]),
        **{field_name(name): field_value(settings[name]) if asks else "–" for name in _SHOWN},
    }
