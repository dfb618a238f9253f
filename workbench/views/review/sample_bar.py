"""Which replies are looked at."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from workbench import session
from workbench.runner.review.sampling import Sample, Sampling
from workbench.texts.texts import section, text
from workbench.views.review import place


def choose_sample() -> Sample:
    before = place.sample()
    names = section("samplings")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sampling = st.selectbox(
            text("review.sampling"),
            list(Sampling),
            index=list(Sampling).index(before.sampling),
            format_func=lambda kind: names[kind.value],
            key="review-sampling",
            help=text("review.sampling_help"),
        )
        run_id = _source(before.run_id)
        size = st.selectbox(
            text("review.size"),
            list(place.SIZES),
            index=place.SIZES.index(before.size),
            key="review-size",
            help=text("review.size_help"),
        )
        st.button(
            text("review.again"),
            icon=":material/shuffle:",
            help=text("review.again_help", seed=before.seed),
            on_click=lambda: place.choose(replace(place.sample(), seed=place.sample().seed + 1)),
        )
    wanted = Sample(sampling=sampling or before.sampling, run_id=run_id, size=size, seed=place.sample().seed)
    place.choose(wanted)
    return wanted


def _source(before: str) -> str:
    runs = session.workbench().review.runs()
    options = ["", *runs, *([before] if before and before not in runs else [])]
    return st.selectbox(
        text("review.source"),
        options,
        index=options.index(before),
        format_func=lambda run_id: runs.get(run_id, run_id) if run_id else text("review.source_stored"),
        key="review-source",
        help=text("review.source_help"),
    )
