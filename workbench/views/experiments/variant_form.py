"""The form of one variant: a release, and what is changed of it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bot_core.llm.discovery import FoundModel
from bot_core.llm.gateway import OFFLINE_MODEL, ModelSettings
from bot_core.releases.release import AgentName, Release
from workbench import session
from workbench.records import VariantSpec
from workbench.runner.bots import model_settings
from workbench.texts.texts import section, text
from workbench.views.figures import plain
from workbench.views.model_labels import model_label

_FIRST_OTHERS = ("offline-exacto", "offline-base")
"""What a first comparison is offered beside the served release, so that it needs no choice at all."""


def variant_form(name: str, before: Sequence[VariantSpec]) -> VariantSpec:
    """`before` are the variants of the forms above, which this one should differ from."""
    st.subheader(text("experiments.variant", name=name), anchor=False)
    release = _release(name, before)
    models = {model.model: model for model in session.models()}
    model = _model(text("experiments.model"), f"experiment-model-{name}", models)
    with st.expander(text("experiments.changes")):
        st.caption(text("experiments.changes_help"))
        prompts = _prompts(name, release)
        single = _single_models(name, release, models)
        guarded = st.checkbox(
            text("experiments.guardrails"),
            value=release.behaviour.guardrails,
            key=f"experiment-guardrails-{name}-{release.release_id}",
            help=text("experiments.guardrails_help"),
        )
    return VariantSpec(
        name=name,
        release_id=release.release_id,
        model=model,
        models=single,
        prompts=prompts,
        guardrails=None if guarded == release.behaviour.guardrails else guarded,
    )


def models_of(variant: VariantSpec) -> set[str]:
    """Names of the models that may answer."""
    release = session.workbench().releases.get(variant.release_id)
    used = {name: variant.models.get(name) or variant.model or agent.settings for name, agent in release.agents.items()}
    return {settings.model for settings in used.values()}


def needs_model(variant: VariantSpec) -> bool:
    return models_of(variant) != {OFFLINE_MODEL}


def short_name(variant: VariantSpec) -> str:
    """`"local + financing/v002"`."""
    parts = [variant.release_id, *([variant.model.model] if variant.model else []), *variant.prompts.values()]
    return " + ".join(parts)


def _release(name: str, before: Sequence[VariantSpec]) -> Release:
    source = session.workbench().releases
    known = {release.release_id: release for release in source.list()}
    taken = {variant.release_id for variant in before}
    wanted = source.current().release_id
    if before:
        wanted = next((other for other in _FIRST_OTHERS if other in known and other not in taken), wanted)
    chosen = st.selectbox(
        text("experiments.release"),
        list(known),
        index=list(known).index(wanted) if wanted in known else 0,
        key=f"experiment-release-{name}",
        help=text("experiments.release_help"),
    )
    st.caption(plain(known[chosen].description))
    return known[chosen]


def _model(label: str, key: str, models: dict[str, FoundModel]) -> ModelSettings | None:
    chosen = st.selectbox(
        label,
        ["", *models],
        format_func=lambda name: model_label(models[name]) if name else text("experiments.model_of_release"),
        key=key,
        help=text("experiments.model_help") if label == text("experiments.model") else None,
    )
    return model_settings(models[chosen]) if chosen else None


def _prompts(name: str, release: Release) -> dict[AgentName, str]:
    """Only what differs from the release."""
    changed: dict[AgentName, str] = {}
    library = session.workbench().store.prompts
    for agent, definition in release.agents.items():
        versions = [template.prompt_id for template in library.list(agent.value)]
        chosen = st.selectbox(
            text("experiments.prompt_of", agent=section("agents")[agent.value]),
            versions,
            index=versions.index(definition.prompt) if definition.prompt in versions else 0,
            key=f"experiment-prompt-{name}-{release.release_id}-{agent.value}",
        )
        if chosen and chosen != definition.prompt:
            changed[agent] = chosen
    return changed


def _single_models(name: str, release: Release, models: dict[str, FoundModel]) -> dict[AgentName, ModelSettings]:
    chosen = {}
    for agent in release.agents:
        label = text("experiments.model_of", agent=section("agents")[agent.value])
        settings = _model(label, f"experiment-model-{name}-{agent.value}", models)
        if settings is not None:
            chosen[agent] = settings
    return chosen
