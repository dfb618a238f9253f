"""Any two texts of an agent, word by word."""

from __future__ import annotations

import streamlit as st

from bot_core.prompts.draft import DraftText, text_of
from bot_core.prompts.template import SECTIONS
from workbench import session
from workbench.evaluation.findings.prompt_diff import word_diff
from workbench.evaluation.findings.records import Piece
from workbench.texts.texts import section, text
from workbench.views.figures import day_and_time, plain
from workbench.views.pieces.word_diff import word_diff as draw_diff
from workbench.views.prompts import place


def show(opened: place.Opened) -> None:
    others = _others(opened)
    base = opened.draft.based_on if opened.draft else None
    keys = list(others)
    chosen = st.selectbox(
        text("prompts.compare_with"),
        keys,
        index=keys.index(base) if base in others else 0,
        format_func=lambda key: others[key][0],
        key=f"prompts-compare-{opened.key}",
        help=text("prompts.compare_with_help"),
    )
    if chosen is None:
        return
    label, other = others[chosen]
    differences = {name: word_diff(getattr(other, name), getattr(opened.text, name)) for name in SECTIONS}
    differences = {name: pieces for name, pieces in differences.items() if any(p.kind != "same" for p in pieces)}
    if not differences:
        st.info(text("prompts.compare_same"))
        return
    every = [piece for pieces in differences.values() for piece in pieces]
    st.caption(plain(text("prompts.compare_legend", a=label, b=_label(opened))))
    st.caption(text("prompts.compare_count", removed=_words(every, "removed"), added=_words(every, "added")))
    names = section("prompt_sections")
    for name, pieces in differences.items():
        st.markdown(f"**{names[name]}**")
        draw_diff(pieces)


def _others(opened: place.Opened) -> dict[str, tuple[str, DraftText]]:
    """Every other text of the agent, by key: its label and words."""
    desk = session.workbench().prompts
    versions = {
        found.template.prompt_id: (found.template.version, text_of(found.template))
        for found in desk.versions(opened.agent)
    }
    drafts = {
        place.draft_key(draft.draft_id): (
            text("prompts.draft_label", who=draft.updated_by, at=day_and_time(draft.updated_at)),
            draft.text,
        )
        for draft in desk.drafts(opened.agent)
    }
    return {key: found for key, found in {**versions, **drafts}.items() if key != opened.key}


def _label(opened: place.Opened) -> str:
    if opened.draft:
        draft = opened.draft
        return text("prompts.draft_label", who=draft.updated_by, at=day_and_time(draft.updated_at))
    assert opened.template
    return opened.template.version


def _words(pieces: list[Piece], kind: str) -> int:
    return sum(len(piece.text.split()) for piece in pieces if piece.kind == kind)
