"""Which sample, and where in it a tab is: in the address, so that F5 and a link show the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from workbench import session
from workbench.runner.review.items import ReviewItem
from workbench.runner.review.sampling import Sample, Sampling

SIZES = (10, 20, 50, 100)
_SAMPLING, _RUN, _SEED, _SIZE = "muestra", "corrida", "semilla", "tamano"
_CONVERSATION, _TURN, _CURRENT = "charla", "turno", "respuesta"
_FIELDS = "review-field-"
_HERE = "review-here"
_DRAFTS = "review-drafts"
_QUEUE = "review-queue"
_VERSION = "review-version-"
_PROBLEM = "review-problem"
_LARGEST_SEED = 999_999


def keep() -> None:
    """A link to one reply comes from another page, and is no part of what this tab remembers."""
    session.keep_places(_SAMPLING, _RUN, _SEED, _SIZE, _CURRENT)


def sample() -> Sample:
    """What the address asks for; what it says wrongly is not asked."""
    wanted, size = session.place(_SAMPLING), _number(_SIZE, 20)
    return Sample(
        sampling=Sampling(wanted) if wanted in list(Sampling) else Sampling.DOWN,
        run_id=session.place(_RUN) or "",
        size=size if size in SIZES else 20,
        seed=min(_number(_SEED, 1), _LARGEST_SEED),
    )


def choose(wanted: Sample) -> None:
    """Another sample starts at its first reply."""
    if wanted == sample():
        return
    session.go(_SAMPLING, wanted.sampling.value)
    session.go(_RUN, wanted.run_id or None)
    session.go(_SIZE, str(wanted.size))
    session.go(_SEED, str(wanted.seed))
    st.session_state.pop(_HERE, None)
    session.go(_CURRENT, None)


def single() -> tuple[str, str] | None:
    """Conversation and turn of the one reply that a link asks for."""
    conversation, turn = st.query_params.get(_CONVERSATION), st.query_params.get(_TURN)
    return (conversation, turn) if conversation and turn else None


def open_single(conversation_id: str, tracking_id: str) -> None:
    st.query_params[_CONVERSATION] = conversation_id
    st.query_params[_TURN] = tracking_id


def close_single() -> None:
    for name in (_CONVERSATION, _TURN):
        if name in st.query_params:
            del st.query_params[name]


def remember_queue(items: Sequence[ReviewItem]) -> None:
    """For what happens between two runs: a key moves in the queue that was on the screen."""
    st.session_state[_QUEUE] = tuple(items)


def queue() -> tuple[ReviewItem, ...]:
    found = st.session_state.get(_QUEUE)
    return found if isinstance(found, tuple) else ()


def position(items: Sequence[ReviewItem], *, first: int = 0) -> int:
    """Of the current reply; `first` when there is none of that name. The address serves when the tab is new only: with
    two quick keys the browser sends the second one with the address from before the first."""
    current = st.session_state.get(_HERE) or session.place(_CURRENT)
    return next((number for number, item in enumerate(items) if item.tracking_id == current), first)


def move(step: int) -> None:
    items = queue()
    if items:
        go_to(items[min(max(position(items) + step, 0), len(items) - 1)])


def go_to(item: ReviewItem) -> None:
    st.session_state[_HERE] = item.tracking_id
    session.go(_CURRENT, item.tracking_id)


def field(name: str, item: ReviewItem) -> str:
    """Key of a field of the form: each reply has its own."""
    return f"{_FIELDS}{name}-{item.tracking_id}"


def start(name: str, item: ReviewItem, value: Any) -> str:
    """The field's key, for a field that begins with what was typed there before, else with `value`."""
    key = field(name, item)
    if key not in st.session_state:
        st.session_state[key] = _drafts().get(item.tracking_id, {}).get(name, value)
    return key


def typed(name: str, item: ReviewItem) -> Any:
    """What a field says now; None when it was never drawn."""
    return st.session_state.get(field(name, item))


def type_in(name: str, item: ReviewItem, value: Any) -> None:
    """Before the field is drawn again."""
    st.session_state[field(name, item)] = value


def keep_draft(item: ReviewItem, names: Sequence[str]) -> None:
    """Streamlit forgets a field that is not drawn: what is typed waits here until somebody comes back to the reply."""
    drafts = _drafts() | {item.tracking_id: {name: typed(name, item) for name in names}}
    st.session_state[_DRAFTS] = drafts


def drop_draft(item: ReviewItem) -> None:
    """It is kept in the store now; the fields begin with that."""
    st.session_state[_DRAFTS] = {name: draft for name, draft in _drafts().items() if name != item.tracking_id}


def _drafts() -> dict[str, dict[str, Any]]:
    found = st.session_state.get(_DRAFTS)
    return found if isinstance(found, dict) else {}


def remember_version(item: ReviewItem, version: int) -> None:
    """Of the person's own annotation, as this tab shows it."""
    st.session_state[f"{_VERSION}{item.tracking_id}"] = version


def version(item: ReviewItem) -> int | None:
    found = st.session_state.get(f"{_VERSION}{item.tracking_id}")
    return found if isinstance(found, int) else None


def tell(problem: str | None) -> None:
    st.session_state[_PROBLEM] = problem


def take_problem() -> str | None:
    found = st.session_state.pop(_PROBLEM, None)
    return found if isinstance(found, str) else None


def _number(name: str, default: int) -> int:
    found = session.place(name) or ""
    return int(found) if found.isascii() and found.isdigit() and len(found) < 7 else default
