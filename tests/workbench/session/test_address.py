from __future__ import annotations

from streamlit.testing.v1 import AppTest


def tab() -> None:
    """A page that shows its place; with `beat` in the session it is run as a heartbeat runs a fragment."""
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    from workbench.session.address import go, place

    context = get_script_run_ctx()
    assert context
    context.fragment_ids_this_run = ["fragment"] if st.session_state.get("beat") else None
    st.button("open", on_click=go, args=("conversacion", "new"))
    st.text(str(place("conversacion")))
    context.fragment_ids_this_run = None


def opened() -> AppTest:
    run = AppTest.from_function(tab)
    run.query_params["conversacion"] = "old"
    run.run()
    assert run.text[0].value == "old"
    run.button[0].click().run()
    assert run.text[0].value == "new"
    return run


def test_a_heartbeat_sent_before_the_address_had_changed_does_not_take_the_tab_back():
    run = opened()
    run.query_params["conversacion"] = "old"
    run.session_state["beat"] = True
    assert run.run().text[0].value == "new"
    run.session_state["beat"] = False
    run.query_params["conversacion"] = "new"
    assert run.run().text[0].value == "new"


def test_going_back_in_the_browser_counts():
    run = opened()
    run.query_params["conversacion"] = "old"
    assert run.run().text[0].value == "old"
    run.session_state["beat"] = True
    assert run.run().text[0].value == "old"


def test_a_heartbeat_of_a_tab_that_remembers_nothing_reads_the_address():
    run = AppTest.from_function(tab)
    run.query_params["conversacion"] = "linked"
    run.session_state["beat"] = True
    assert run.run().text[0].value == "linked"
