"""The conversations behind the numbers, both variants side by side."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from workbench.evaluation.findings.conversations import customer_said
from workbench.evaluation.findings.facts import fact_differences
from workbench.evaluation.findings.reasons import reason_said
from workbench.evaluation.findings.records import Comparison, Conversation, FactDifference, Findings, Key
from workbench.records import Verdict
from workbench.texts.texts import section, text
from workbench.views.experiments import place
from workbench.views.experiments.filters import Shown, filtered
from workbench.views.figures import plain
from workbench.views.pieces.transcript import Exchange, transcript

_MARKS = {Verdict.PASS: "✓", Verdict.FAIL: "✗", Verdict.ERROR: "!", Verdict.UNSCORED: "·"}


def show(found: Findings, comparison: Comparison | None) -> None:
    if comparison is None:
        shown = Shown(found.variants[:1], {})
    else:
        names = (comparison.baseline, comparison.candidate)
        variants = tuple(variant for variant in found.variants if variant.name in names)
        shown = Shown(variants, {flip.key: flip for flip in comparison.flips})
    keys = filtered(shown)
    if not keys:
        st.info(text("experiments.no_cases"))
        return
    key = _chosen(shown, keys)
    _side_by_side(shown, key)


def _chosen(shown: Shown, keys: list[Key]) -> Key:
    """The conversation of the address, or the first; buttons go through the list."""
    opened = place.case()
    current = opened if opened in keys else keys[0]
    position = keys.index(current)
    back, choose, on = st.columns([1, 6, 1], vertical_alignment="bottom")
    with back:
        _step("previous", keys, position - 1)
    with choose:
        selected = st.selectbox(
            f"{text('experiments.case')} · {text('experiments.case_position', position=position + 1, total=len(keys))}",
            keys,
            index=position,
            format_func=lambda key: _label(shown.of(key)),
            key=f"experiment-case-{current}-{len(keys)}",
        )
    with on:
        _step("next", keys, position + 1)
    if selected and selected != current:
        place.open_case(selected)
        st.rerun()
    return current


def _step(name: str, keys: list[Key], position: int) -> None:
    possible = 0 <= position < len(keys)
    st.button(
        text(f"experiments.{name}"),
        key=f"experiment-{name}",
        width="stretch",
        disabled=not possible,
        shortcut="Left" if name == "previous" else "Right",
        on_click=place.open_case,
        args=(keys[position] if possible else keys[0],),
    )


def _label(played: Sequence[Conversation]) -> str:
    return f"{' '.join(_MARKS[one.verdict] for one in played)}   {played[0].key}"


def _side_by_side(shown: Shown, key: Key) -> None:
    played = [variant.played_conversations.get(key) for variant in shown.variants]
    first = next(one for one in played if one)
    st.caption(plain(text("experiments.why", why=first.why)))
    flip = shown.flips.get(key)
    marks = (flip.marks_a, flip.marks_b) if flip else ((), ())
    for column, variant, one, spans in zip(
        st.columns(len(played), gap="medium"), shown.variants, played, marks, strict=False
    ):
        with column:
            _one(variant.name, one, spans)
    if len(shown.variants) > 1 and all(played):
        a, b = played
        if a and b:
            _facts(fact_differences(a, b), shown)


def _one(name: str, played: Conversation | None, spans: Sequence[Sequence[tuple[int, int]]]) -> None:
    if played is None:
        st.markdown(f"**{plain(name)}**")
        st.caption(text("experiments.not_played"))
        return
    verdict = section("verdicts")[played.verdict.value]
    st.markdown(f"{_MARKS[played.verdict]} **{plain(text('experiments.variant', name=name))}** · {verdict}")
    transcript(
        [
            Exchange(
                [*map(customer_said, turn.customer)],
                turn.bot,
                spans[number] if number < len(spans) else (),
                turn.buttons,
            )
            for number, turn in enumerate(played.turns)
        ]
    )
    names = section("scorers")
    for score in played.scores:
        if score.verdict in (Verdict.FAIL, Verdict.ERROR):
            st.markdown(f"{_MARKS[score.verdict]} **{plain(names.get(score.scorer, score.scorer))}**")
            st.code("\n".join(map(reason_said, score.reasons)), language=None, wrap_lines=True)
    if played.error:
        st.code(played.error, language=None, wrap_lines=True)


def _facts(differences: Sequence[FactDifference], shown: Shown) -> None:
    st.subheader(text("experiments.facts_differ"), anchor=False)
    if not differences:
        st.caption(text("experiments.facts_same"))
        return
    a, b = (text("experiments.only", name=variant.name) for variant in shown.variants)
    st.dataframe(
        [
            {
                text("experiments.turn"): row.turn,
                text("experiments.subject"): row.label,
                a: ", ".join(row.only_a),
                b: ", ".join(row.only_b),
            }
            for row in differences
        ],
        hide_index=True,
        width="stretch",
    )
