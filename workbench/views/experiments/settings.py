"""What each variant was, what really answered, and what it takes to get the same numbers again."""

from __future__ import annotations

from typing import Any

import streamlit as st

from workbench.evaluation.findings.records import AgentSetting, Comparison, Findings, ModelUse
from workbench.records import Provenance
from workbench.texts.texts import section, text
from workbench.views.figures import plain

_HASH_LENGTH = 10


def show(found: Findings, _comparison: Comparison | None) -> None:
    for variant in found.variants:
        st.subheader(plain(text("experiments.settings_of", name=variant.name)), anchor=False)
        st.dataframe([_setting(row) for row in variant.settings], hide_index=True, width="stretch")
        if variant.used:
            st.caption(text("experiments.used"))
            st.dataframe([_use(row) for row in variant.used], hide_index=True, width="stretch")
    if found.origins:
        st.subheader(text("experiments.provenance"), anchor=False)
    for origin in found.origins:
        if len(found.origins) > 1:
            st.caption(plain(", ".join(origin.variants)))
        st.code("\n".join(_lines(origin.provenance)), language=None)


def _setting(row: AgentSetting) -> dict[str, Any]:
    return {
        text("experiments.agent"): section("agents").get(row.agent, row.agent),
        text("experiments.prompt"): row.prompt,
        "SHA-256": (row.prompt_hash or "")[:_HASH_LENGTH],
        text("experiments.model"): row.model,
        text("experiments.settings"): ", ".join(f"{name}={value}" for name, value in row.settings.items()),
    }


def _use(row: ModelUse) -> dict[str, Any]:
    return {
        text("experiments.agent"): section("agents").get(row.agent, row.agent),
        text("experiments.prompt"): row.prompt,
        text("experiments.model"): row.model,
        text("experiments.calls"): row.calls,
        text("experiments.fallbacks"): row.fallbacks,
        text("experiments.tokens"): row.input_tokens + row.output_tokens,
    }


def _lines(provenance: Provenance) -> list[str]:
    versions = {"commit": provenance.git_commit, "package": provenance.package, "python": provenance.python}
    return [f"{name} {value}" for name, value in (versions | provenance.libraries | provenance.hashes).items() if value]
