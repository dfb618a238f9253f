"""Which conversations are shown: those behind a number, or those that pass the filters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from bot_core.normalization import fold
from workbench.evaluation.findings.labels import label
from workbench.evaluation.findings.records import Conversation, Flip, FlipKind, Key, VariantFindings
from workbench.records import Verdict
from workbench.texts.texts import section, text
from workbench.views.experiments import place
from workbench.views.figures import plain

_BOTH, _ALL = "both", "all"
_WRONG, _RIGHT, _UNDECIDED = "wrong", "right", "undecided"
_KINDS = (FlipKind.LOST, FlipKind.WON, FlipKind.INSIDE)
"""What the candidate lost is read first."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The variants whose conversations are shown; one alone when nothing is compared."""

    variants: tuple[VariantFindings, ...]
    flips: Mapping[Key, Flip]

    def keys(self) -> list[Key]:
        return list(dict.fromkeys(key for variant in self.variants for key in variant.played_conversations))

    def of(self, key: Key) -> list[Conversation]:
        return [played for variant in self.variants if (played := variant.played_conversations.get(key))]


def filtered(shown: Shown) -> list[Key]:
    keys = shown.keys()
    if origin := place.origin():
        source, cases = origin
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(plain(text("experiments.from_chart", count=len(cases), origin=source)))
            st.button(text("experiments.clear"), type="tertiary", on_click=place.clear_origin)
        wanted = set(cases)
        keys = [key for key in keys if key in wanted or key.partition("#")[0] in wanted]
    else:
        keys = _of_kind(shown, keys)
    fits = _filters(shown)
    return [key for key in keys if fits(shown.of(key))]


def _of_kind(shown: Shown, keys: list[Key]) -> list[Key]:
    alone = len(shown.variants) < 2
    groups = (_by_verdict(shown, keys) if alone else _by_flip(shown, keys)) | {_ALL: keys}
    names = {kind: said.format(b=shown.variants[-1].name) for kind, said in section("experiment_filters").items()}
    first = next(kind for kind, members in groups.items() if members or kind == _ALL)
    chosen = st.segmented_control(
        text("experiments.show"),
        list(groups),
        format_func=lambda kind: plain(f"{names[kind]} · {len(groups[kind])}"),
        default=first,
        required=True,
        key=place.filter_key("verdict" if alone else "kind"),
        label_visibility="collapsed",
    )
    return groups[chosen or _ALL]


def _by_verdict(shown: Shown, keys: list[Key]) -> dict[str, list[Key]]:
    """Of one variant: what is wrong is read first."""
    groups: dict[str, list[Key]] = {_WRONG: [], _RIGHT: [], _UNDECIDED: []}
    names = {Verdict.FAIL: _WRONG, Verdict.PASS: _RIGHT}
    for key in keys:
        [one] = shown.of(key)
        groups[names.get(one.verdict, _UNDECIDED)].append(key)
    return groups


def _by_flip(shown: Shown, keys: list[Key]) -> dict[str, list[Key]]:
    groups = {kind.value: [key for key in keys if _is(shown.flips.get(key), kind)] for kind in _KINDS}
    groups[_BOTH] = [key for key in keys if all(one.verdict is Verdict.FAIL for one in shown.of(key))]
    return groups


def _is(flip: Flip | None, kind: FlipKind) -> bool:
    return flip is not None and flip.kind is kind


def _filters(shown: Shown) -> Callable[[Sequence[Conversation]], bool]:
    """Draws the filters; the answer says whether a conversation (as each variant had it) passes them."""
    played = [one for variant in shown.variants for one in variant.played_conversations.values()]
    tags, intents, scorers, words = st.columns(4)
    with tags:
        named = {tag: label("tags", tag) for one in played for tag in one.tags}
        chosen_tags = set(_pick("tags", sorted(named, key=named.__getitem__), named))
    with intents:
        understood = sorted({intent for one in played for turn in one.turns for intent in turn.understood_intents})
        chosen_intents = set(_pick("intents", understood, section("intents")))
    with scorers:
        chosen_scorers = set(
            _pick("scorers", sorted({name for one in played for name in one.failing}), section("scorers"))
        )
    with words:
        wanted = fold(st.text_input(text("experiments.filter_search"), key=place.filter_key("words")))

    def fits(versions: Sequence[Conversation]) -> bool:
        return (
            chosen_tags <= {tag for one in versions for tag in one.tags}
            and chosen_intents <= {name for one in versions for turn in one.turns for name in turn.understood_intents}
            and chosen_scorers <= {name for one in versions for name in one.failing}
            and (not wanted or any(wanted in fold(line) for one in versions for line in _lines(one)))
        )

    return fits


def _pick(name: str, options: Sequence[str], labels: Mapping[str, str] | None = None) -> list[str]:
    names = labels or {}
    return st.multiselect(
        text(f"experiments.filter_{name}"),
        options,
        format_func=lambda option: names.get(option, option),
        key=place.filter_key(name),
        placeholder="",
    )


def _lines(conversation: Conversation) -> Iterator[str]:
    yield conversation.case_id
    for turn in conversation.turns:
        yield from turn.customer
        yield turn.bot
