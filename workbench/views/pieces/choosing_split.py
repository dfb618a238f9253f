"""Which split of the dataset something is played on, with the number of its cases."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bot_core.errors import DatasetError
from workbench import session
from workbench.evaluation.dataset.loading import SPLITS
from workbench.texts.texts import section


def choose_split(label: str, *, key: str, help: str, among: Sequence[str] = SPLITS) -> tuple[str, int]:  # noqa: A002
    """The split's name and how many cases it holds; splits without any are not offered."""
    names, sizes = section("splits"), _sizes(among)
    split = st.selectbox(
        label, list(sizes), format_func=lambda name: f"{names.get(name, name)} · {sizes[name]}", key=key, help=help
    )
    return split, sizes[split]


def _sizes(among: Sequence[str]) -> dict[str, int]:
    sizes = {}
    for name in among:
        try:
            sizes[name] = len(session.dataset().split(name))
        except DatasetError:
            continue
    return sizes
