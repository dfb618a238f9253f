"""The form of an experiment: variants × cases × trials, and what it will show and cost before it starts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from string import ascii_uppercase
from typing import Any

import streamlit as st

from bot_core.errors import UserError
from bot_core.llm.discovery import FoundModel
from workbench import session
from workbench.evaluation.experiments.estimating import Estimate, is_remote
from workbench.evaluation.findings.judging import judge_doubt
from workbench.evaluation.findings.labels import label
from workbench.evaluation.statistics.power import Plan
from workbench.evaluation.statistics.sentences import power_sentence
from workbench.records import ExperimentSpec, JudgeSpec, VariantSpec
from workbench.roles import Role
from workbench.runner.bots import model_settings
from workbench.texts.problems import say
from workbench.texts.texts import text
from workbench.views.experiments import place
from workbench.views.experiments.cases_form import cases_form
from workbench.views.experiments.variant_form import models_of, needs_model, short_name, variant_form
from workbench.views.figures import dollars, duration, plain
from workbench.views.model_labels import model_label
from workbench.views.pieces.permission import guarded_button

_MOST_VARIANTS = 4
_IN_A_ROW = 2
_SUPPOSED_RATE = 0.9
_CASES_AT_ONCE = 8


def show_builder() -> None:
    count = st.segmented_control(
        text("experiments.variants"),
        list(range(1, _MOST_VARIANTS + 1)),
        default=2,
        required=True,
        key="experiment-variants",
        help=text("experiments.variants_help"),
    )
    variants = _variants(count or 2)
    st.subheader(text("experiments.cases"), anchor=False)
    fields = cases_form(variants)
    with st.expander(text("experiments.advanced")):
        fields |= _advanced(variants)
    spec = ExperimentSpec(variants=tuple(variants), concurrency=_CASES_AT_ONCE, **fields)
    possible = _before(spec)
    # Not a callback: its arguments would be those of the form before the last field was left.
    if guarded_button(
        text("experiments.start"),
        Role.EDITOR,
        type="primary",
        icon=":material/play_arrow:",
        help=text("experiments.start_help"),
        key="experiment-start",
        disabled=not possible,
    ):
        _start(spec)


def _variants(count: int) -> list[VariantSpec]:
    variants: list[VariantSpec] = []
    for start in range(0, count, _IN_A_ROW):
        names = ascii_uppercase[start : min(start + _IN_A_ROW, count)]
        for name, column in zip(names, st.columns(len(names), gap="medium"), strict=True):
            with column, st.container(border=True):
                variants.append(variant_form(name, variants))
    return variants


def _advanced(variants: Sequence[VariantSpec]) -> dict[str, Any]:
    left, right = st.columns(2, gap="large")
    with left:
        budget = st.number_input(
            text("experiments.budget"),
            min_value=0.01,
            value=None,
            key="experiment-budget",
            help=text("experiments.budget_help"),
        )
        judge = _judge(variants)
    with right:
        name = st.text_input(
            text("experiments.name"),
            " / ".join(short_name(variant) for variant in variants)[:200],
            key=f"experiment-name-{hash(tuple(map(short_name, variants)))}",
            max_chars=200,
            help=text("experiments.name_help"),
        )
        catalog = _catalog()
    return {
        "name": name.strip() or "experimento",
        "budget_usd": Decimal(str(budget)) if budget else None,
        "judge": judge,
        "catalog_path": catalog,
    }


def _judge(variants: Sequence[VariantSpec]) -> JudgeSpec | None:
    models = {model.model: model for model in session.models()}
    chosen = st.selectbox(
        text("experiments.judge"),
        ["", *models],
        format_func=lambda name: _judge_name(models[name]) if name else text("experiments.judge_none"),
        key="experiment-judge",
        help=text("experiments.judge_help"),
    )
    if not chosen:
        return None
    judge = JudgeSpec(model=model_settings(models[chosen]))
    if doubt := judge_doubt(judge):
        st.warning(label("judge_warnings", doubt), icon="⚠️")
    if not is_remote(judge.model):
        return judge
    if any(chosen in models_of(variant) for variant in variants):
        st.warning(text("experiments.judge_same"), icon="⚠️")
    pairs = len(variants) > 1 and st.checkbox(
        text("experiments.judge_pairs"), key="experiment-judge-pairs", help=text("experiments.judge_pairs_help")
    )
    return judge.model_copy(update={"pairwise": pairs})


def _judge_name(model: FoundModel) -> str:
    return text("experiments.judge_rules") if model.kind == "offline" else model_label(model)


def _catalog() -> str | None:
    """The tab's own catalogue, when it has one."""
    own = session.workbench().catalogs.get(session.choice().catalog_id)
    if own.catalog_id is None:
        return None
    chosen = st.selectbox(
        text("experiments.catalog"),
        [str(own.path), ""],
        format_func=lambda path: own.name if path else text("experiments.catalog_default"),
        key="experiment-catalog",
        help=text("experiments.catalog_help"),
    )
    return chosen or None


def _before(spec: ExperimentSpec) -> bool:
    """What the experiment can show and what it costs; False when it cannot be run."""
    st.subheader(text("experiments.before"), anchor=False)
    bare = [variant.model_copy(update={"name": "-"}) for variant in spec.variants]
    if len(bare) != len({variant.model_dump_json() for variant in bare}):
        st.warning(text("experiments.same"))
    try:
        estimate = session.workbench().experiments.estimate(spec)
        conversations = _conversations(spec)
    except UserError as error:
        st.error(say(error), icon="⚠️")
        return False
    if len(spec.variants) > 1:
        st.caption(plain(power_sentence(conversations, Plan(_SUPPOSED_RATE, spec.trials))))
    st.caption(plain(_cost(spec, estimate)))
    if spec.budget_usd and estimate.high > spec.budget_usd:
        st.warning(text("experiments.estimate_over"), icon="⚠️")
    return True


def _conversations(spec: ExperimentSpec) -> int:
    return len(spec.personas or spec.case_ids or session.dataset().split(spec.split))


def _cost(spec: ExperimentSpec, estimate: Estimate) -> str:
    asks_judge = spec.judge is not None and is_remote(spec.judge.model)
    if not asks_judge and not any(needs_model(variant) for variant in spec.variants):
        return text("experiments.free")
    values = {"calls": f"{estimate.calls:,}", "seconds": duration(estimate.seconds)}
    if not estimate.high:
        return text("experiments.estimate_free", **values)
    return text(
        "experiments.estimate",
        usd=dollars(estimate.usd),
        low=dollars(estimate.low),
        high=dollars(estimate.high),
        tokens=f"{estimate.tokens:,}",
        **values,
    )


def _start(spec: ExperimentSpec) -> None:
    if session.may(Role.EDITOR):
        place.open_experiment(session.workbench().experiments.start(spec))
        st.rerun()
