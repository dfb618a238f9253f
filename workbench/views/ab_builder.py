"""The form of a comparison: variants A and B, the cases, the trials."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from bot_core.errors import DatasetError
from bot_core.llm.gateway import OFFLINE_MODEL
from bot_core.releases.release import AgentName, Release
from workbench import session
from workbench.evaluation.dataset.loading import SPLITS, Dataset
from workbench.records import ExperimentSpec, VariantSpec
from workbench.runner.bots import model_settings
from workbench.texts.texts import section, text
from workbench.views.figures import plain
from workbench.views.model_labels import model_label

_MOST_TRIALS = 5
_B_IN_PLACE_OF = {"offline-base": "offline-exacto"}
"""What a first comparison is offered, so that it needs no choice at all."""


@dataclass(frozen=True, slots=True)
class _Variant:
    spec: VariantSpec
    needs_model: bool


def show_builder() -> None:
    st.header(text("ab.heading"), anchor=False)
    st.markdown(text("ab.intro"))
    dataset = session.dataset()
    with st.container(border=True):
        left, right = st.columns(2, gap="large")
        with left:
            a = _variant("A", other=None)
        with right:
            b = _variant("B", other=a.spec.release_id)
    split, trials = _cases(dataset)
    _remarks(a, b)
    st.button(
        text("ab.start"),
        type="primary",
        icon=":material/play_arrow:",
        on_click=_start,
        args=(_spec(a, b, split, trials),),
        disabled=not dataset.cases,
    )


def _variant(name: str, *, other: str | None) -> _Variant:
    st.subheader(text("ab.variant", name=name), anchor=False)
    release = _release(name, other)
    models = {model.model: model for model in session.models()}
    model = st.selectbox(
        text("chat.model"),
        ["", *models],
        format_func=lambda name: model_label(models[name]) if name else text("chat.model_of_release"),
        key=f"ab-model-{name}",
        help=text("chat.model_help"),
    )
    prompts = _prompts(name, release)
    settings = model_settings(models[model]) if model else None
    used = [settings] if settings else [agent.settings for agent in release.agents.values()]
    spec = VariantSpec(name=name, release_id=release.release_id, model=settings, prompts=prompts)
    return _Variant(spec, any(setting.model != OFFLINE_MODEL for setting in used))


def _release(name: str, other: str | None) -> Release:
    source = session.workbench().releases
    known = {release.release_id: release for release in source.list()}
    wanted = source.current().release_id if other is None else _B_IN_PLACE_OF.get(other, other)
    chosen = st.selectbox(
        text("chat.release"),
        list(known),
        index=list(known).index(wanted) if wanted in known else 0,
        key=f"ab-release-{name}",
        help=text("chat.release_help"),
    )
    st.caption(plain(known[chosen].description))
    return known[chosen]


def _prompts(name: str, release: Release) -> dict[AgentName, str]:
    """Only what differs from the release."""
    changed: dict[AgentName, str] = {}
    library = session.workbench().store.prompts
    with st.expander(text("ab.prompts")):
        st.caption(text("ab.prompts_help"))
        for agent, definition in release.agents.items():
            versions = [template.prompt_id for template in library.list(agent.value)]
            chosen = st.selectbox(
                section("agents")[agent.value],
                versions,
                index=versions.index(definition.prompt) if definition.prompt in versions else 0,
                key=f"ab-prompt-{name}-{release.release_id}-{agent.value}",
            )
            if chosen != definition.prompt:
                changed[agent] = chosen
    return changed


def _cases(dataset: Dataset) -> tuple[str, int]:
    left, right = st.columns(2, gap="large")
    with left:
        names, sizes = section("splits"), _sizes(dataset)
        split = st.selectbox(
            text("ab.split"),
            list(sizes),
            format_func=lambda name: f"{names[name]} · {sizes[name]}",
            key="ab-split",
            help=text("ab.split_help"),
        )
    with right:
        trials = st.number_input(
            text("ab.trials"), min_value=1, max_value=_MOST_TRIALS, key="ab-trials", help=text("ab.trials_help")
        )
    return split, int(trials)


def _sizes(dataset: Dataset) -> dict[str, int]:
    """Cases of every split that holds any."""
    sizes = {}
    for name in SPLITS:
        try:
            sizes[name] = len(dataset.split(name))
        except DatasetError:
            continue
    return sizes


def _remarks(a: _Variant, b: _Variant) -> None:
    if a.spec.model_copy(update={"name": "B"}) == b.spec:
        st.warning(text("ab.same"))
    if a.needs_model or b.needs_model:
        st.info(text("ab.costs"))
    else:
        st.caption(text("ab.offline_run"))


def _spec(a: _Variant, b: _Variant, split: str, trials: int) -> ExperimentSpec:
    name = f"{_short(a.spec)} / {_short(b.spec)}"
    return ExperimentSpec(name=name, variants=(a.spec, b.spec), split=split, trials=trials)


def _short(spec: VariantSpec) -> str:
    parts = [spec.release_id, *([spec.model.model] if spec.model else []), *spec.prompts.values()]
    return " + ".join(parts)


def _start(spec: ExperimentSpec) -> None:
    workbench = session.workbench()
    catalog = session.choice().catalog_id
    if catalog:
        spec = spec.model_copy(update={"catalog_path": str(workbench.catalogs.get(catalog).path)})
    session.open_experiment(workbench.experiments.start(spec))
