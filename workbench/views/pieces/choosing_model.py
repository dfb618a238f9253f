"""A field to choose a model: the baseline, those with a name of our own, and what this machine can reach."""

from __future__ import annotations

import streamlit as st

from bot_core.llm.gateway import OFFLINE_MODEL, ModelSettings
from workbench import session
from workbench.runner.bots import model_settings
from workbench.texts.texts import section
from workbench.views.model_labels import model_label

_OWN = "*"
"""Before the names that people gave: no litellm name begins so."""


def choose_model(
    label: str,
    *,
    key: str,
    help: str | None = None,  # noqa: A002 - the name that Streamlit uses
    current: ModelSettings | None = None,
) -> ModelSettings:
    """The chosen model's settings; the baseline at first, or `current`."""
    known, labels = _known(current)
    start = next((name for name, settings in known.items() if settings == current), OFFLINE_MODEL)
    chosen = st.selectbox(
        label, list(known), index=list(known).index(start), format_func=lambda name: labels[name], key=key, help=help
    )
    return known[chosen]


def _known(current: ModelSettings | None) -> tuple[dict[str, ModelSettings], dict[str, str]]:
    known, labels = {OFFLINE_MODEL: ModelSettings()}, {OFFLINE_MODEL: section("models")["offline"]}
    for named in session.workbench().model_desk.models():
        known[_OWN + named.name] = named.settings
        labels[_OWN + named.name] = f"{named.name} ({named.settings.model})"
    for found in session.models():
        if found.model != OFFLINE_MODEL:
            known[found.model] = model_settings(found)
            labels[found.model] = model_label(found)
    if current is not None and current not in known.values():
        known[current.model] = current
        labels.setdefault(current.model, current.model)
    return known, labels
