"""What the address says and a tab remembers, so that F5, a link and a change of pages show the same; and one notice."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_NOTICE = "notice"


def place(name: str) -> str | None:
    """What the address or this tab says for `name`: changing pages clears the query parameters, so that what a tab
    shows is kept in its session too.

    In a fragment's run what the tab remembers counts: a heartbeat that the browser sent before it heard of a pressed
    button's new address carries the old one, and would undo the press. Links and "back" run the whole page.
    """
    kept = st.session_state.get(name)
    if kept and _is_fragment_run():
        return kept if isinstance(kept, str) else None
    said = st.query_params.get(name)
    if said and said != kept:
        st.session_state[name] = said
    value = said or kept
    return value if isinstance(value, str) else None


def _is_fragment_run() -> bool:
    context = get_script_run_ctx(suppress_warning=True)
    return context is not None and bool(context.fragment_ids_this_run)


def keep_places(*names: str) -> None:
    """Write what this tab remembers back into its address, for the page that is shown."""
    for name in names:
        value = st.session_state.get(name)
        if isinstance(value, str) and st.query_params.get(name) != value:
            st.query_params[name] = value


def go(name: str, value: str | None) -> None:
    """Keep `value` in the address, so that F5 and a link show the same; None takes it away."""
    if value is None:
        st.session_state.pop(name, None)
        if name in st.query_params:
            del st.query_params[name]
        return
    st.session_state[name] = value
    st.query_params[name] = value


def notify(message: str) -> None:
    """Say `message` once, in the next run of the whole page: neither a callback nor a fragment may draw a toast."""
    st.session_state[_NOTICE] = message


def take_notice() -> str | None:
    notice = st.session_state.pop(_NOTICE, None)
    return notice if isinstance(notice, str) else None
