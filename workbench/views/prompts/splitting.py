"""The open prompt on a set of cases, against what is served: an experiment of its own."""

from __future__ import annotations

import streamlit as st

from bot_core.errors import UserError
from bot_core.llm.gateway import OFFLINE_MODEL, ModelSettings
from workbench import session
from workbench.records import ExperimentSpec, VariantSpec
from workbench.roles import Role
from workbench.texts.texts import section, text
from workbench.views.figures import dollars, plain
from workbench.views.pieces.choosing_model import choose_model
from workbench.views.pieces.choosing_split import choose_split
from workbench.views.pieces.permission import guarded_button
from workbench.views.prompts import place

_SPLITS = ("smoke", "golden", "safety")
_STARTED = "prompts-split-started"


def show(opened: place.Opened) -> None:
    st.subheader(text("prompts.split_heading"), anchor=False)
    st.caption(text("prompts.split_intro"))
    left, right = st.columns(2, gap="large")
    with left:
        split, size = choose_split(
            text("prompts.split"), key="prompts-split", help=text("prompts.split_help"), among=_SPLITS
        )
    with right:
        settings = choose_model(text("prompts.model"), key="prompts-split-model", help=text("prompts.model_help"))
    if settings.model == OFFLINE_MODEL:
        st.caption(text("prompts.baseline_note"))
    st.caption(plain(text("prompts.split_estimate", cases=size, cost=_cost(opened, split, settings))))
    guarded_button(
        text("prompts.split_start"),
        Role.EDITOR,
        icon="🧪",
        key="prompts-split-start",
        on_click=_start,
        args=(opened, split, settings),
    )
    if started := st.session_state.get(f"{_STARTED}-{opened.key}"):
        st.success(text("prompts.split_started"), icon="🧪")
        st.link_button(text("prompts.split_open"), f"experimentos?experimento={started}")


def _cost(opened: place.Opened, split: str, settings: ModelSettings) -> str:
    if settings.model == OFFLINE_MODEL:
        return text("prompts.split_free")
    served = session.workbench().releases.current().agents[opened.agent].prompt
    try:
        estimate = session.workbench().experiments.estimate(_spec(opened, split, settings, served))
    except UserError:
        return ""
    return text("prompts.split_usd", usd=dollars(estimate.usd), low=dollars(estimate.low), high=dollars(estimate.high))


def _spec(opened: place.Opened, split: str, settings: ModelSettings, prompt_id: str) -> ExperimentSpec:
    release = session.workbench().releases.current()
    models = {opened.agent: settings} if settings.model != OFFLINE_MODEL else {}
    catalog = session.workbench().catalogs.get(session.choice().catalog_id)
    name = text("prompts.split_name", agent=section("agents")[opened.agent.value], prompt=prompt_id)
    return ExperimentSpec(
        name=name,
        variants=(
            VariantSpec(name="A", release_id=release.release_id, models=models),
            VariantSpec(name="B", release_id=release.release_id, models=models, prompts={opened.agent: prompt_id}),
        ),
        split=split,
        catalog_path=str(catalog.path) if catalog.catalog_id else None,
    )


def _start(opened: place.Opened, split: str, settings: ModelSettings) -> None:
    """A draft is played as a frozen copy, so that what is typed later changes nothing of it."""
    if not session.may(Role.EDITOR):
        return
    workbench = session.workbench()
    frozen = workbench.prompts.freeze(opened.agent, opened.text, who=session.who())
    experiment = workbench.experiments.start(_spec(opened, split, settings, frozen.prompt_id))
    st.session_state[f"{_STARTED}-{opened.key}"] = experiment
