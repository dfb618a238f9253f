"""Where a tab is on this page: in the address, so that F5, a link and a second tab show the same."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from workbench import session

_PAIR = "corridas"
_VIEW = "vista"
_CASE = "caso"
_AGAINST = "contra"
_PARTIAL = "experiment-partial"
_ORIGIN = "experiment-origin"
_FILTERS = "experiment-filter-"
VIEWS = (
    "verdict",
    "conversations",
    "rates",
    "intents",
    "failures",
    "spending",
    "prompts",
    "settings",
    "report",
)


def keep() -> None:
    session.keep_experiment_place()
    session.keep_places(_PAIR, _VIEW, _CASE, _AGAINST)


def open_experiment(experiment_id: str | None) -> None:
    _forget()
    session.go(_PAIR, None)
    session.open_experiment(experiment_id)


def open_pair(a: str = "", b: str = "") -> None:
    """Compare two stored runs; without their ids, choose them."""
    _forget()
    session.open_experiment(None)
    session.go(_PAIR, f"{a},{b}")


def comparing() -> bool:
    return session.place(_PAIR) is not None


def pair() -> tuple[str, str]:
    a, _, b = (session.place(_PAIR) or "").partition(",")
    return a, b


def choose_pair(a: str, b: str) -> None:
    session.go(_PAIR, f"{a},{b}")


def partial() -> bool:
    """Whether to show what is there of an experiment under way."""
    return bool(st.session_state.get(_PARTIAL))


def show_partial() -> None:
    st.session_state[_PARTIAL] = True


def view() -> str:
    chosen = session.place(_VIEW)
    return chosen if chosen in VIEWS else VIEWS[0]


def open_view(name: str) -> None:
    session.go(_VIEW, name)


def against() -> str | None:
    """Name of the variant that A is compared with."""
    return session.place(_AGAINST)


def compare_with(variant: str) -> None:
    session.go(_AGAINST, variant)


def case() -> str | None:
    return session.place(_CASE)


def open_case(key: str) -> None:
    session.go(_CASE, key)


def show_conversations(keys: Sequence[str], origin: str) -> None:
    """From a number to the conversations behind it."""
    clear_filters()
    st.session_state[_ORIGIN] = (origin, tuple(keys))
    session.go(_VIEW, "conversations")
    session.go(_CASE, keys[0] if keys else None)


def origin() -> tuple[str, tuple[str, ...]] | None:
    """The name of the number that somebody came from, and its conversations."""
    found = st.session_state.get(_ORIGIN)
    return found if isinstance(found, tuple) else None


def clear_origin() -> None:
    st.session_state.pop(_ORIGIN, None)


def filter_key(name: str) -> str:
    return f"{_FILTERS}{name}"


def clear_filters() -> None:
    for key in [key for key in st.session_state if str(key).startswith(_FILTERS)]:
        del st.session_state[key]


def _forget() -> None:
    """Another experiment has other variants and conversations."""
    for name in (_VIEW, _CASE, _AGAINST):
        session.go(name, None)
    for key in (_PARTIAL, _ORIGIN):
        st.session_state.pop(key, None)
    clear_filters()
