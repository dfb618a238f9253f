"""Which conversations an experiment plays, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from workbench import session
from workbench.evaluation.dataset.personas import load_personas
from workbench.evaluation.experiments.sampling import evenly
from workbench.records import VariantSpec
from workbench.texts.texts import section, text
from workbench.views.experiments.variant_form import needs_model
from workbench.views.pieces.choosing_split import choose_split

_MOST_TRIALS = 10
_CASES, _PERSONAS = "cases", "personas"
_RECORDED = "recorded"
_RECORDED_RELEASES = frozenset({"local", "local-v2"})


def cases_form(variants: Sequence[VariantSpec]) -> dict[str, Any]:
    """Fields of the experiment's specification."""
    source = st.segmented_control(
        text("experiments.source"),
        [_CASES, _PERSONAS],
        format_func=lambda name: text(f"experiments.source_{name}"),
        default=_CASES,
        required=True,
        key="experiment-source",
        help=text("experiments.source_help"),
    )
    fields = _written(variants) if source != _PERSONAS else {"personas": _personas()}
    trials = st.number_input(
        text("experiments.trials"),
        min_value=1,
        max_value=_MOST_TRIALS,
        key="experiment-trials",
        help=text("experiments.trials_help"),
        width=220,
    )
    return fields | {"trials": int(trials)}


def _written(variants: Sequence[VariantSpec]) -> dict[str, Any]:
    left, right = st.columns(2, gap="large")
    with left:
        split, size = choose_split(
            text("experiments.split"), key="experiment-split", help=text("experiments.split_help")
        )
    with right:
        wanted = st.number_input(
            text("experiments.sample"),
            min_value=1,
            max_value=size,
            value=size,
            key=f"experiment-sample-{split}",
            help=text("experiments.sample_help"),
        )
    ids = [case.id for case in session.dataset().split(split)]
    chosen = () if wanted >= len(ids) else evenly(ids, int(wanted))
    return {"split": split, "case_ids": chosen, "replay": _replay(variants, split)}


def _replay(variants: Sequence[VariantSpec], split: str) -> bool:
    """Offered only where recordings exist: elsewhere every call would be unknown."""
    with_model = [variant for variant in variants if needs_model(variant)]
    plain_releases = all(not variant.model and not variant.models and not variant.prompts for variant in with_model)
    if not with_model:
        return False
    possible = (
        split == _RECORDED and plain_releases and {variant.release_id for variant in with_model} <= _RECORDED_RELEASES
    )
    chosen = st.toggle(
        text("experiments.replay"),
        value=possible,
        disabled=not possible,
        key=f"experiment-replay-{possible}",
        help=text("experiments.replay_help"),
    )
    if not possible:
        names = section("splits")
        st.caption(
            text("experiments.replay_only", split=names[_RECORDED], releases=", ".join(sorted(_RECORDED_RELEASES)))
        )
    return possible and chosen


def _personas() -> tuple[str, ...]:
    known = {persona.id: persona for persona in load_personas()}
    chosen = st.multiselect(
        text("experiments.personas"),
        list(known),
        format_func=lambda name: f"{name} · {known[name].goal.text}",
        key="experiment-personas",
        help=text("experiments.personas_help"),
    )
    return tuple(chosen or known)
